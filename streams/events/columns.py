"""Columns of one length over the events of a batch, in log order."""

from collections.abc import Callable, Container, Sequence
from typing import Any, NamedTuple

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

Column = NDArray[np.int64]
Values = list[Any]
Mask = NDArray[np.bool_]
Getter = Callable[[Any], Any]


class Coded(NamedTuple):
    """Values that often come again: each once in order of appearance, and which of them each event has."""

    names: list[Any]
    codes: Column

    @classmethod
    def of(cls, values: Sequence[Any]) -> "Coded":
        """Any hashable values."""
        numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
        return cls(list(numbers), np.fromiter(map(numbers.__getitem__, values), np.int64, len(values)))

    def chosen(self, which: Column | Mask) -> "Coded":
        """Of some events; a name may be left that none of them has."""
        return Coded(self.names, self.codes[which])

    def places(self, wanted: Container[Any]) -> Column:
        """The events that have one of these values."""
        return np.flatnonzero(np.array([name in wanted for name in self.names], np.bool_)[self.codes])

    def tolist(self) -> Values:
        """The value of each event."""
        return list(map(self.names.__getitem__, self.codes.tolist()))


def chosen(values: Values, which: Column | None) -> Values:
    """Those at some places; None: all."""
    return values if which is None else list(map(values.__getitem__, which.tolist()))


def rows_of(value: Any) -> Sequence[Any]:
    """The rows that a property with a dot stands in: the objects of a list, or one object, or none."""
    if isinstance(value, list):
        return value
    return () if value is UNSET else (value,)


def as_entity(value: Any) -> Any:
    """Text or UNSET: a whole number is its decimal text, and an empty text is absent."""
    return UNSET if value is UNSET or value == "" else str(value)
