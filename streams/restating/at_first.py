"""What a reading came to when its span was first over: the same arithmetic, without what came late for it.

Each partition is over by what it had reached itself, so that no partition has to know of another.
"""

from schemas.readings import Restated
from streams.cells import Cells
from streams.plan import Plan, Series, measures_of
from streams.sums import Sums
from streams.time.spans import Span
from streams.values import Divided, Look, Values


class Restatements:
    """Of all metrics over some cells."""

    def __init__(self, plan: Plan, cells: Cells, sums: Sums) -> None:
        self._plan, self._cells, self._sums = plan, cells, sums
        self._at_first: dict[tuple[str, int], _AtFirst] = {}

    def of(self, metric: str, look: Look, now: Divided, *, grows: bool) -> Restated | None:
        """Of what is over, and comes to ``now``.  None where nothing that came late has changed that.

        What ``grows`` has changed since it was over by what was not late as well: what it came to then is not known.
        """
        series = [self._plan.series[one, look.window] for one in measures_of(self._plan.definition, metric)]
        key = series[0].grain.label, look.span.last
        if key not in self._at_first:
            self._at_first[key] = _AtFirst(self._plan, self._sums, self._cells, look.span.last)
        at_first = self._at_first[key]
        if not at_first.sums.any_late(series):
            return None
        then = at_first.values.of(metric, look)
        if then == now:
            return None
        by = None if now.value is None or then.value is None else now.value - then.value
        return Restated(value=None if grows else then.value, by=by)


class _AtFirst:
    """``last`` is the piece that the span ends with."""

    def __init__(self, plan: Plan, sums: Sums, cells: Cells, last: int) -> None:
        self.sums = _SumsAtFirst(sums, cells, last)
        self.values = Values(plan, self.sums)


class _SumsAtFirst(Sums):
    """Less what was added late."""

    def __init__(self, sums: Sums, cells: Cells, last: int) -> None:
        super().__init__(cells)
        self._now, self._last = sums, last
        self._late_cells = Cells()
        self._late = Sums(self._late_cells)
        self._known: dict[str, bool] = {}

    def any_late(self, several: list[Series]) -> bool:
        """Whether anything came late for any of these series; must be asked before their sums are."""
        found = [self._fetch(one) for one in several]
        return any(found)

    def total(self, series: Series, span: Span) -> int:
        """What the whole came to over a span."""
        return self._now.total(series, span) - self._late.total(series, span)

    def part(self, series: Series, dimension: str, value: str, span: Span) -> int:
        """What one raw value came to over a span."""
        now, late = (one.part(series, dimension, value, span) for one in (self._now, self._late))
        return now - late

    def parts(self, series: Series, dimension: str, span: Span) -> dict[str, int]:
        """What each raw value came to over a span; those that came to nothing are left out."""
        now, late = (one.parts(series, dimension, span) for one in (self._now, self._late))
        found = {part: now.get(part, 0) - late.get(part, 0) for part in {*now, *late}}
        return {part: number for part, number in found.items() if number}

    def _fetch(self, series: Series) -> bool:
        if series.name not in self._known:
            several = list(self._cells.late(series, self._last))
            for fields in several:
                self._late_cells.add(series.name, fields)
            self._known[series.name] = bool(several)
        return self._known[series.name]
