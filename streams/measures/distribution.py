"""distribution: each matching event adds 1 to the bin that its amount lies in.  Nothing is remembered, and bins add up.

    bin     ..  -1  0  1  2  ..  49  50      51      52      ..
    holds   ..  -1  0  1  2  ..  49  50, 51  52, 53  54, 55  ..

A bin holds the integers from ``low`` to the largest that is at most ``low * 101 / 99``.  Then the value told of it,
``2 * low * high / (low + high)``, is off by at most (high - low) / (high + low), which is at most 1 %, of anything
in it.  Edges are integers made of integers, so that every machine bins alike; another table is another ``FOLD``.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.events.needs import BIGGEST

BINS: Final = ""
"""Where a cell's name has a dimension (``bucket|dimension|value``), that of a bin has nothing: ``bucket||bin``.

By dimension the bin comes last, since a value may hold anything: ``bucket|dimension|value|bin``.
"""


def _lowest() -> list[int]:
    """The smallest integer of each bin from 1 on, and what follows the last."""
    lows = [1]
    while lows[-1] <= BIGGEST:
        lows.append(lows[-1] * 101 // 99 + 1)
    return lows


_LOWS: Final = _lowest()
_EDGES: Final = np.array(_LOWS, np.int64)
OUTERMOST: Final = len(_LOWS) - 1
"""Bins go from minus this to this."""
_EACH: Final = 2 * OUTERMOST + 1


def bins_of(units: NDArray[np.int64]) -> NDArray[np.int64]:
    """The bin of each amount."""
    sizes: NDArray[np.int64] = np.searchsorted(_EDGES, np.abs(units), side="right").astype(np.int64)
    return sizes * np.sign(units)


def in_bins(places: NDArray[np.int64], bins: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for a place, such as a bucket, and a bin of it."""
    return places * _EACH + (bins + OUTERMOST)


def apart(numbers: Sequence[int]) -> tuple[NDArray[np.int64], list[int]]:
    """The places of such numbers, and the bins."""
    places, rests = np.divmod(np.array(numbers, np.int64), _EACH)
    bins: list[int] = (rests - OUTERMOST).tolist()
    return places, bins


def value_of(bin_: int) -> Fraction:
    """What is told of the amounts in a bin: within 1 % of each."""
    if not bin_:
        return Fraction(0)
    low, high = _LOWS[abs(bin_) - 1], _LOWS[abs(bin_)] - 1
    size = Fraction(2 * low * high, low + high)
    return size if bin_ > 0 else -size


def quantile(bins: Mapping[int, int], part: Fraction) -> Fraction | None:
    """The nearest rank: of the first bin up to which this part of all lies.  None where there is nothing."""
    missing = -(-sum(bins.values()) * part // 1)
    for one in sorted(bins):
        missing -= bins[one]
        if missing <= 0:
            return value_of(one)
    return None
