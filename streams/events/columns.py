"""The column of one amount over a batch: floats where they decide, the text where they do not."""

from collections.abc import Callable
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Any, Final

import msgspec
import numpy as np
from msgspec import UNSET, Struct

from schemas.errors import DefinitionError
from schemas.events.needs import BIGGEST, Needs
from streams.events.amounts import Floats, exact, scaled
from streams.events.faults import Fault
from streams.events.structs import Place, Shape, place

_TOO_BIG: Final[Fault] = ("bad_number", "an amount beyond 2^53 - 1 units of its decimals")

Column = list[int | None]


class AmountColumn:
    """One amount of one source; of a nested one the sum over the rows that have it, each rounded for itself."""

    def __init__(self, needs: Needs, name: str, shape: Shape) -> None:
        self._place = place(needs.format, name)
        self._decimals = {of: one.amounts[name] for of, one in needs.by_type.items() if name in one.amounts}
        self._every = needs.every.amounts.get(name)
        if self._every is not None and set(self._decimals.values()) - {self._every}:
            raise DefinitionError((f"'{name}' is needed with several numbers of decimals for one event",))
        self._head = attrgetter(shape.attribute(self._place.head))
        self._rest = attrgetter(shape.attribute(self._place.rest)) if self._place.rest else None
        self._text = _decimal_decoder(self._place)

    def of(self, events: list[Any], types: list[str], text: Callable[[int], bytes], wrong: dict[int, Fault]) -> Column:
        """Adds to ``wrong`` the events whose amount is too big; ``text`` is an event's JSON."""
        column: Column = [None] * len(events)
        for decimals in {self._every} if self._every is not None else set(self._decimals.values()):
            values, owners = self._values(events, types, decimals)
            units, doubtful = scaled(values, decimals)
            for owner, unit in zip(owners.tolist(), units.tolist(), strict=True):
                column[owner] = unit if self._rest is None else unit + (column[owner] or 0)
            again = set(owners[doubtful].tolist())
            for owner in again:
                column[owner] = self._exact(text(owner), decimals)
            for owner in again if self._rest is None else set(owners.tolist()):
                found = column[owner]
                if found is None or abs(found) > BIGGEST:
                    wrong.setdefault(owner, _TOO_BIG)
        return column

    def _values(self, events: list[Any], types: list[str], decimals: int) -> tuple[Floats, np.ndarray[Any, Any]]:
        """All amounts of these decimals, and the places of the events that they are of."""
        if self._rest is None:
            values = _floats(list(map(self._head, events)))
            owners = np.flatnonzero(values == values)  # noqa: PLR0124  # NaN is absent
        else:
            values, owners = self._nested(events)
        if self._every is None:
            mine = {of for of, one in self._decimals.items() if one == decimals}
            its_types = map(types.__getitem__, owners.tolist())
            needed = np.fromiter(map(mine.__contains__, its_types), np.bool_, len(owners))
            owners = owners[needed]
            values = values[needed] if self._rest is not None else values
        return (values[owners] if self._rest is None else values), owners

    def _nested(self, events: list[Any]) -> tuple[Floats, np.ndarray[Any, Any]]:
        found: list[Any] = []
        owners: list[int] = []
        for i, value in enumerate(map(self._head, events)):
            rows = value if isinstance(value, list) else () if value is UNSET else (value,)
            found.extend(map(self._rest, rows))  # type: ignore[arg-type]  # only called with a rest
            owners.extend([i] * len(rows))
        values = _floats(found)
        there = values == values  # noqa: PLR0124
        return values[there], np.array(owners, np.int64)[there]

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
