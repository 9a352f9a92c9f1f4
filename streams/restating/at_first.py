"""What a reading came to when its span was first over: the same arithmetic, without what came late for it.

Each partition is over by what it had reached itself, so that no partition has to know of another.
"""

from schemas.definition import model
from schemas.definition.model import Definition
from schemas.definition.operands import operands
from schemas.readings import Restated
from streams.cells import Cells
from streams.plan import Plan, Series, measures_of
from streams.restating.counting import unit_of_window
from streams.sums import Sums
from streams.time.spans import Span
from streams.values import Look, Values


class Restatements:
    """Of the whole of metrics whose measures all have late series."""

    def __init__(self, plan: Plan, cells: Cells, sums: Sums) -> None:
        self._plan, self._cells, self._sums = plan, cells, sums
        self._told = {name for name in plan.definition.metrics if is_told(plan.definition, name)}
        self._at_first: dict[int, Values] = {}

    def of(self, metric: str, look: Look) -> Restated | None:
        """None where nothing came late for the span, and where that is not told."""
        last = look.span.last
        if metric not in self._told or look.segment is not None or unit_of_window(look.window) is None:
            return None
        series = (self._plan.series[one, look.window] for one in measures_of(self._plan.definition, metric))
        if not any(self._cells.any_late(one, last) for one in series):
            return None
        if last not in self._at_first:
            self._at_first[last] = Values(self._plan, _SumsAtFirst(self._sums, self._cells, last))
        return Restated(value=self._at_first[last].of(metric, look).value)


class _SumsAtFirst(Sums):
    """``last`` is the day that the span ends with."""

    def __init__(self, sums: Sums, cells: Cells, last: int) -> None:
        super().__init__(cells)
        self._sums, self._last = sums, last

    def total(self, series: Series, span: Span) -> int:
        """Less what was added late."""
        return self._sums.total(series, span) - self._cells.late(series, span, self._last).get("", 0)

    def parts(self, series: Series, dimension: str, span: Span) -> dict[str, int]:
        """Of a distribution, by bin."""
        late = self._cells.late(series, span, self._last)
        parts = self._sums.parts(series, dimension, span)
        found = {part: parts.get(part, 0) - late.get(part, 0) for part in {*parts, *late}}
        return {part: number for part, number in found.items() if number}


def is_told(definition: Definition, metric: str) -> bool:
    """Not where it rests on a conversion, whose past grows while it waits, nor on a share: segments are not told."""
    under = [definition.measures[name] for name in measures_of(definition, metric)]
    return not any(isinstance(one, model.Conversion) for one in under) and not _shares(definition, metric, set())


def _shares(definition: Definition, metric: str, met: set[str]) -> bool:
    met.add(metric)
    value = definition.metrics[metric].value
    below = [name for name in operands(value) if name in definition.metrics and name not in met]
    return isinstance(value, model.Share) or any(_shares(definition, name, met) for name in below)
