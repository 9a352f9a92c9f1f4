"""Records of a log in order, with what every one of them is asked for as columns.

The columns are read off while the records are being made, when the caches hold them.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import overload

from schemas.events.needs import Raw

_value, _timestamp = attrgetter("value"), attrgetter("timestamp")


class Raws(Sequence[Raw]):
    """Three lists of one length."""

    __slots__ = ("records", "timestamps", "values")

    def __init__(self, records: list[Raw], values: list[bytes | None], timestamps: list[int]) -> None:
        self.records, self.values, self.timestamps = records, values, timestamps

    @classmethod
    def of(cls, records: Iterable[Raw]) -> "Raws":
        """Itself where it is one already."""
        if isinstance(records, Raws):
            return records
        raws = cls([], [], [])
        raws.extend(list(records))
        return raws

    def extend(self, records: list[Raw]) -> None:
        """The next records of the log."""
        self.records += records
        self.values += map(_value, records)
        self.timestamps += map(_timestamp, records)

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, at: int) -> Raw: ...
    @overload
    def __getitem__(self, at: slice) -> "Raws": ...
    def __getitem__(self, at: int | slice) -> "Raw | Raws":
        if isinstance(at, slice):
            return Raws(self.records[at], self.values[at], self.timestamps[at])
        return self.records[at]

    def __add__(self, others: "Raws") -> "Raws":
        return Raws(self.records + others.records, self.values + others.values, self.timestamps + others.timestamps)
