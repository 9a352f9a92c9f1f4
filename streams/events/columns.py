"""Columns of one length over the events of a batch, in log order."""

from collections.abc import Callable, Container, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

Column = NDArray[np.int64]
Values = list[Any]
Mask = NDArray[np.bool_]
Getter = Callable[[Any], Any]


class RowReader(Protocol):
    """Reads a property with a dot of one of the rows that it stands in."""

    def within(self, name: str) -> Getter:
        """Text, number, boolean or UNSET."""

    def entity_within(self, name: str) -> Getter:
        """Text or UNSET."""


class Coded(NamedTuple):
    """Values that often come again: each once in order of appearance, and which of them each event has."""

    names: list[Any]
    codes: Column

    @classmethod
    def of(cls, values: Values) -> "Coded":
        """Any hashable values."""
        coding = Coding()
        coding.extend(values)
        return coding.coded()

    def chosen(self, which: Column | Mask) -> "Coded":
        """Of some events; a name may be left that none of them has."""
        return Coded(self.names, self.codes[which])

    def places(self, wanted: Container[Any]) -> Column:
        """The events that have one of these values."""
        return np.flatnonzero(np.array([name in wanted for name in self.names], np.bool_)[self.codes])

    def present(self) -> Values:
        """The names that some event has."""
        there = np.flatnonzero(np.bincount(self.codes, minlength=len(self.names)))
        return self.names if len(there) == len(self.names) else list(map(self.names.__getitem__, there.tolist()))

    def tolist(self) -> Values:
        """The value of each event."""
        return list(map(self.names.__getitem__, self.codes.tolist()))


class Coding:
    """Values that come piece by piece."""

    def __init__(self) -> None:
        self._numbers, self._codes = _Numbers(), list[Column]()

    def extend(self, values: Values) -> None:
        """The values of the next events."""
        self._codes.append(np.fromiter(map(self._numbers.__getitem__, values), np.int64, len(values)))

    def coded(self) -> Coded:
        """All so far."""
        return Coded(list(self._numbers), np.concatenate([*self._codes, np.zeros(0, np.int64)]))


class _Numbers(dict[Any, int]):
    """value -> its number, given when it first appears."""

    def __missing__(self, value: Any) -> int:
        number = self[value] = len(self)
        return number


def chosen(values: Values, which: Column | None) -> Values:
    """Those at some places; None: all."""
    return values if which is None else list(map(values.__getitem__, which.tolist()))


def column_of(name: str) -> str:
    """The column that a property is read off: its own, or of one with a dot that of the rows it stands in, ``items.``.

    The dot tells them apart: a CloudEvent may have both a ``subject`` and a ``subject.kind`` in its data.
    """
    head, dot, _ = name.partition(".")
    return head + dot


def rows_of(value: Any) -> Sequence[Any]:
    """The rows that a property with a dot stands in: the objects of a list, or one object, or none."""
    if isinstance(value, list):
        return value
    return () if value is UNSET else (value,)


def as_entity(value: Any) -> Any:
    """Text or UNSET: a whole number is its decimal text, and an empty text is absent."""
    return UNSET if value is UNSET or value == "" else str(value)
