"""Cells of all partitions, added up, and what a span of them comes to."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from schemas.names import is_late
from streams.plan import Series
from streams.restating.late import Fields, LateCells
from streams.state.port import Snapshot
from streams.time.spans import Span


class Cells:
    """The cells of all partitions, added up: series -> bucket -> number, of the whole and of each raw value.

    ``below`` are further cells that every answer takes in too; they stay as they are.
    """

    def __init__(self, below: "Cells | None" = None) -> None:
        self._whole: dict[str, _Column] = {}
        self._parts: dict[tuple[str, str], dict[str, _Column]] = {}
        self._late = LateCells()
        self._below = below

    @classmethod
    def of(cls, snapshots: Iterable[Snapshot], below: "Cells | None" = None) -> "Cells":
        """The cells of these snapshots, one a partition."""
        cells = cls(below)
        for snapshot in snapshots:
            for series, keys in snapshot.cells.items():
                for fields in keys.values():
                    cells.add(series, fields)
        return cells

    def add(self, series: str, fields: Mapping[str, int]) -> None:
        """Adds the fields of one key, named as the fold names them."""
        if is_late(series):
            self._late.add(series, fields)
            return
        whole = self._whole.setdefault(series, _Column())
        for field, number in fields.items():
            bucket, _, rest = field.partition("|")
            if not rest:
                whole.add(int(bucket), number)
                continue
            dimension, _, value = rest.partition("|")
            values = self._parts.setdefault((series, dimension), {})
            column = values.get(value)
            if column is None:
                column = values[value] = _Column()
            column.add(int(bucket), number)

    def total(self, series: Series, span: Span) -> int:
        """What the whole comes to over a span."""
        below = self._below.total(series, span) if self._below else 0
        column = self._whole.get(series.name)
        return below if column is None else below + column.total(_first(series, span), span.last)

    def part(self, series: Series, dimension: str, value: str, span: Span) -> int:
        """What one raw value comes to over a span."""
        below = self._below.part(series, dimension, value, span) if self._below else 0
        column = self._parts.get((series.name, dimension), {}).get(value)
        return below if column is None else below + column.total(_first(series, span), span.last)

    def parts(self, series: Series, dimension: str, span: Span) -> dict[str, int]:
        """What each raw value comes to over a span; those that come to nothing are left out."""
        totals = ((value, self.part(series, dimension, value, span)) for value in self.values(series, dimension))
        return {value: number for value, number in totals if number}

    def values(self, series: Series, dimension: str) -> dict[str, None]:
        """The raw values that anything was counted of, of a distribution with their bins.

        What came late may have come to nothing with what was there at first, and so has no cell itself.
        """
        below = self._below.values(series, dimension) if self._below else {}
        return (
            below | dict.fromkeys(self._parts.get((series.name, dimension), ())) | self._late.values(series, dimension)
        )

    def late(self, series: Series, last: int) -> Iterator[Fields]:
        """What came for pieces of time up to ``last`` when one past it was reached, as fields of the series."""
        yield from self._late.after(series, last)
        if self._below is not None:
            yield from self._below.late(series, last)


class _Column:
    """Numbers by bucket; their running sums are made when a total is asked for, so that any span costs two look-ups."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._buckets: list[int] = []
        self._sums: list[int] | None = None

    def add(self, bucket: int, number: int) -> None:
        self._numbers[bucket] = self._numbers.get(bucket, 0) + number
        self._sums = None

    def total(self, first: int | None, last: int) -> int:
        sums = self._sums
        if sums is None:
            self._buckets = sorted(self._numbers)
            sums = self._sums = [0, *accumulate(map(self._numbers.__getitem__, self._buckets))]
        begin = 0 if first is None else bisect_left(self._buckets, first)
        return sums[max(begin, bisect_right(self._buckets, last))] - sums[begin]


def _first(series: Series, span: Span) -> int | None:
    return None if series.running else span.first
