"""What cells come to over spans, each worked out once: metrics that rest on one measure ask for the same again."""

from collections.abc import Iterable
from typing import Final

from streams.cells import Cells
from streams.measures.distribution import BINS
from streams.plan import Series
from streams.time.spans import Span

Bins = dict[int, int]
"""How many amounts lie in each bin."""
Some = tuple[str, Iterable[str]]
"""A dimension, and raw values of it."""
WHOLE: Final[Some] = BINS, ("",)
"""Of a distribution."""


class Sums:
    """The questions of ``Cells``, which must not change meanwhile."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._totals: dict[tuple[str, int | None, int], int] = {}
        self._parts: dict[tuple[str, str, int | None, int], dict[str, int]] = {}
        self._all: set[tuple[str, str, int | None, int]] = set()
        self._bins: dict[tuple[str, str, int | None, int], dict[str, Bins]] = {}
        self._values: dict[tuple[str, str], frozenset[str]] = {}

    def total(self, series: Series, span: Span) -> int:
        """What the whole comes to over a span."""
        key = series.name, span.first, span.last
        found = self._totals.get(key)
        if found is None:
            found = self._totals[key] = self._cells.total(series, span)
        return found

    def part(self, series: Series, dimension: str, value: str, span: Span) -> int:
        """What one raw value comes to over a span."""
        key = series.name, dimension, span.first, span.last
        known = self._parts.setdefault(key, {})
        found = known.get(value)
        if found is None:
            if key in self._all:
                return 0
            found = known[value] = self._cells.part(series, dimension, value, span)
        return found

    def parts(self, series: Series, dimension: str, span: Span) -> dict[str, int]:
        """What each raw value comes to over a span; those that come to nothing are left out."""
        key = series.name, dimension, span.first, span.last
        if key not in self._all:
            self._parts[key] = self._cells.parts(series, dimension, span)
            self._all.add(key)
        return self._parts[key]

    def values(self, series: Series, dimension: str, *, binned: bool) -> frozenset[str]:
        """Every raw value that there are cells of; ``binned``: of a distribution."""
        key = series.name, dimension
        found = self._values.get(key)
        if found is None:
            parts = self._cells.values(series, dimension)
            found = self._values[key] = (
                frozenset(part.rpartition("|")[0] for part in parts) if binned else frozenset(parts)
            )
        return found

    def bins(self, series: Series, values: Some, span: Span) -> Bins:
        """What a distribution comes to over a span, of these values together."""
        dimension, raw = values
        by_value = self.bins_by_value(series, dimension, span)
        several = [by_value[value] for value in raw if value in by_value]
        return several[0] if len(several) == 1 else _added_up(several)

    def bins_by_value(self, series: Series, dimension: str, span: Span) -> dict[str, Bins]:
        """What it comes to for each raw value; those without any amount are left out."""
        key = series.name, dimension, span.first, span.last
        found = self._bins.get(key)
        if found is None:
            found = self._bins[key] = {}
            for part, number in self.parts(series, dimension, span).items():
                value, _, bin_ = part.rpartition("|")
                found.setdefault(value, {})[int(bin_)] = number
        return found


def _added_up(several: Iterable[Bins]) -> Bins:
    """The bins of all of them together."""
    found: Bins = {}
    for bins in several:
        for one, number in bins.items():
            found[one] = found.get(one, 0) + number
    return found
