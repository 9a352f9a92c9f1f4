"""What cells come to over spans, each worked out once: metrics that rest on one measure ask for the same again."""

from streams.cells import Cells
from streams.plan import Series
from streams.time.spans import Span


class Sums:
    """The questions of ``Cells``, which must not change meanwhile."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._totals: dict[tuple[str, int | None, int], int] = {}
        self._parts: dict[tuple[str, str, int | None, int], dict[str, int]] = {}
        self._all: set[tuple[str, str, int | None, int]] = set()

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
