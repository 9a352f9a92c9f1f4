"""The column of one amount over a batch: floats where they decide, the text where they do not."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Any, Final

import msgspec
import numpy as np
from msgspec import UNSET, Struct

from schemas.errors import DefinitionError
from schemas.events.needs import BIGGEST, Needs
from streams.events.amounts import Amounts, Floats, exact, scaled
from streams.events.columns import Coded, Column, Values, chosen, rows_of
from streams.events.faults import Fault
from streams.events.structs import Place, Shape, place

_TOO_BIG: Final[Fault] = ("bad_number", "an amount beyond 2^53 - 1 units of its decimals")


class AmountColumn:
    """One amount of one source; of a nested one the sum over the rows that have it, each rounded for itself."""

    def __init__(self, needs: Needs, name: str, shape: Shape) -> None:
        self._place = place(needs.format, name)
        self._decimals = {of: one.amounts[name] for of, one in needs.by_type.items() if name in one.amounts}
        self._every = needs.every.amounts.get(name)
        if self._every is not None and set(self._decimals.values()) - {self._every}:
            raise DefinitionError((f"'{name}' is needed with several numbers of decimals for one event",))
        self._rest = attrgetter(shape.attribute(self._place.rest)) if self._place.rest else None
        self._text = _decimal_decoder(self._place)

    def of(self, values: Values, types: Coded, text: Callable[[int], bytes], wrong: dict[int, Fault]) -> Amounts:
        """Of what stands at the head of its name.

        Adds to ``wrong`` the events whose amount is too big; ``text`` is an event's JSON.
        """
        column = Amounts(np.zeros(len(values), np.bool_), np.zeros(len(values), np.int64))
        for decimals in {self._every} if self._every is not None else set(self._decimals.values()):
            places = self._places(types, decimals)
            fill = self._fill if self._rest is None else self._fill_sums
            for owner in fill(column, values, places, decimals):
                found = self._exact(text(owner), decimals)
                if found is None or abs(found) > BIGGEST:
                    wrong.setdefault(owner, _TOO_BIG)
                else:
                    column.there[owner], column.units[owner] = True, found
        return column

    def _places(self, types: Coded, decimals: int) -> Column | None:
        """The events whose type needs the amount with these decimals; None: all."""
        if self._every is not None:
            return None
        return types.places({of for of, one in self._decimals.items() if one == decimals})

    def _fill(self, column: Amounts, values: Values, places: Column | None, decimals: int) -> Iterable[int]:
        """Gives the places of those that must be read again from the text."""
        floats = _floats(chosen(values, places))
        there = np.flatnonzero(floats == floats)  # noqa: PLR0124  # NaN is absent
        units, doubtful = scaled(floats[there], decimals)
        owners = there if places is None else places[there]
        column.there[owners], column.units[owners] = True, units
        again: list[int] = owners[doubtful].tolist()
        return again

    def _fill_sums(self, column: Amounts, values: Values, places: Column | None, decimals: int) -> Iterable[int]:
        """Of a nested amount the sum over the rows, in integers of any size until it is known to be small enough."""
        floats, owners = self._nested(values, range(len(values)) if places is None else places.tolist())
        units, doubtful = scaled(floats, decimals)
        sums: dict[int, int] = {}
        for owner, unit in zip(owners.tolist(), units.tolist(), strict=True):
            sums[owner] = sums.get(owner, 0) + unit
        again = set(owners[doubtful].tolist())
        for owner, found in sums.items():
            if abs(found) > BIGGEST:
                again.add(owner)  # which says so
            else:
                column.there[owner], column.units[owner] = True, found
        return again

    def _nested(self, values: Values, places: Iterable[int]) -> tuple[Floats, Column]:
        found: list[Any] = []
        owners: list[int] = []
        for i in places:
            rows = rows_of(values[i])
            found.extend(map(self._rest, rows))  # type: ignore[arg-type]  # only called with a rest
            owners.extend([i] * len(rows))
        floats = _floats(found)
        there = floats == floats  # noqa: PLR0124
        return floats[there], np.array(owners, np.int64)[there]

    def _exact(self, text: bytes, decimals: int) -> int | None:
        units = [exact(value, decimals) for value in _decimals(self._text.decode(text))]
        return None if None in units else sum(unit for unit in units if unit is not None)


def _floats(values: list[Any]) -> Floats:
    """NaN for absent; infinite where a whole number has no float, which is then read from the text."""
    try:
        return np.array(values, np.float64)
    except (TypeError, OverflowError):
        return np.array([_float(value) for value in values], np.float64)


def _float(value: Any) -> float:
    if value is UNSET:
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _decimal_decoder(at: Place) -> msgspec.json.Decoder[Struct]:
    """Reads nothing but this amount, as its text has it."""
    type_: Any = Decimal | None
    path = at.head + at.rest
    for depth in reversed(range(len(path))):
        field = msgspec.field(name=path[depth], default=None)
        item = msgspec.defstruct("Event", [("value", type_, field)])
        type_ = list[item | None] | item | None if depth == len(at.head) else item | None  # type: ignore[valid-type]
    return msgspec.json.Decoder(item)


def _decimals(value: Any) -> list[Decimal]:
    if value is None:
        return []
    if isinstance(value, Decimal):
        return [value]
    return list(chain.from_iterable(map(_decimals, value))) if isinstance(value, list) else _decimals(value.value)
