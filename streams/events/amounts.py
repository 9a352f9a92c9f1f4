"""Amounts as whole units of ``10 ** -decimals``: exactly what the JSON text says, rounded half away from zero.

A float decides only where it provably decides like the text.  Reading a text as a float, a power of ten above 10^22,
and their product are each off by at most 2^-53 of the value, together by less than 2^-51.  Below 2^44 that is less than
2^-7, so a product within 0.49 of a whole number stands for a text within one half of the same number.
"""

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.events.needs import BIGGEST

Floats = NDArray[np.float64]


class Amounts(NamedTuple):
    """One amount of each event, in units: 0 where it is not there."""

    there: NDArray[np.bool_]
    units: NDArray[np.int64]

    def of(self, chosen: NDArray[Any]) -> "Amounts":
        """Those of some events, given as places or as a mask."""
        return Amounts(self.there[chosen], self.units[chosen])

    def tolist(self) -> list[int | None]:
        """None where it is not there."""
        return [unit if there else None for there, unit in zip(self.there.tolist(), self.units.tolist(), strict=True)]


_PROVEN: Final = 2.0**44
_CLEAR: Final = 0.49
_DIGITS: Final = len(str(BIGGEST))
# quantize rounds once, from all the digits there are; the precision bounds its result only
_EXACT: Final = Context(prec=40, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN)


def scaled(values: Floats, decimals: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The units, and where they are not proven and must be read again from the text.  No value may be NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        products = values * 10.0**decimals
        units = np.rint(products)
        doubtful = ~((np.abs(products - units) < _CLEAR) & (np.abs(products) < _PROVEN))
        units[doubtful] = 0
    return units.astype(np.int64), doubtful


def exact(value: Decimal, decimals: int) -> int | None:
    """The units; None where they are beyond ``BIGGEST``."""
    if not value:
        return 0
    magnitude = value.adjusted() + decimals
    if magnitude >= _DIGITS:
        return None
    if magnitude < -1:
        return 0
    units = int(value.quantize(Decimal((0, (1,), -decimals)), context=_EXACT).scaleb(decimals, context=_EXACT))
    return units if abs(units) <= BIGGEST else None
