"""Which segments of a metric are shown, and which raw values each stands for."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from schemas.definition import model
from schemas.definition.model import Window
from streams.plan import Plan, measures_of
from streams.segmentation import most_shown, segmented_by
from streams.selection import NO_VALUE, OVERFLOW
from streams.sums import Sums
from streams.time.spans import Span, longest_of, running
from streams.values import Segment

ABSENT: Final = frozenset((NO_VALUE, "none"))
UNNAMED: Final = ABSENT | {OVERFLOW, "other"}
"""Raw values that are no segments of their own."""


class ShownSegments:
    """Chosen by what was counted."""

    def __init__(self, plan: Plan, sums: Sums) -> None:
        self._plan, self._definition, self._sums = plan, plan.definition, sums

    def of(
        self, metric: str, window: Window, spans: Sequence[Span], at_ms: int, dimensions: Collection[str] | None = None
    ) -> Iterator[Segment]:
        """In every window the same at one moment: those that are largest over the longest, then over each span.

        Of each dimension that all measures of the metric are split by; ``dimensions`` may name fewer of these.
        """
        longest = longest_of(self._definition.metrics[metric].windows)
        whole = running(self._plan.calendar, longest, at_ms)
        for dimension in segmented_by(self._definition, metric):
            if dimensions is not None and dimension not in dimensions:
                continue
            largest = _largest_first(self._sizes(metric, longest, whole, dimension))
            for span in spans:
                largest |= _largest_first(self._sizes(metric, window, span, dimension))
            for name, raw in self._values_shown(metric, window, dimension, largest).items():
                yield Segment(dimension, name, raw)

    def _values_shown(
        self, metric: str, window: Window, dimension: str, largest: Mapping[str, None]
    ) -> dict[str, frozenset[str]]:
        """Segment -> the raw values it stands for: declared ones, then the largest, ``other`` and ``none``.

        ``other`` also stands for values that were there only in the periods that growths and pace compare with.  Where
        entities are counted there are only the declared ones: the fold has put the others together.
        """
        declared, limit = self._definition.dimensions[dimension], most_shown(self._definition, metric, dimension)
        named = [value for value in largest if value not in UNNAMED]
        places = list(dict.fromkeys([*declared.values, *named]))[:limit]
        segments = {value: frozenset((value,)) for value in places}
        if largest.keys() - ABSENT - segments.keys():
            under = measures_of(self._definition, metric)
            known = largest.keys() | set().union(*(self._values_of(one, window, dimension) for one in under))
            segments["other"] = frozenset(known - ABSENT - segments.keys())
        return segments | ({"none": ABSENT} if largest.keys() & ABSENT else {})

    def _sizes(self, metric: str, window: Window, span: Span, dimension: str) -> dict[str, int]:
        """How large each raw value is, over all measures of the metric."""
        sizes: dict[str, int] = {}
        for measure in measures_of(self._definition, metric):
            for value, size in self._sizes_of(measure, window, dimension, span):
                sizes[value] = sizes.get(value, 0) + size
        return sizes

    def _sizes_of(self, measure: str, window: Window, dimension: str, span: Span) -> Iterator[tuple[str, int]]:
        """How large each raw value is: of a distribution by how many amounts, not by what these are."""
        series = self._plan.series[measure, window]
        if isinstance(self._definition.measures[measure], model.Distribution):
            by_value = self._sums.bins_by_value(series, dimension, span)
            return ((value, sum(bins.values())) for value, bins in by_value.items())
        return ((value, abs(number)) for value, number in self._sums.parts(series, dimension, span).items())

    def _values_of(self, measure: str, window: Window, dimension: str) -> frozenset[str]:
        """Every raw value that there are cells of, in whatever span."""
        binned = isinstance(self._definition.measures[measure], model.Distribution)
        return self._sums.values(self._plan.series[measure, window], dimension, binned=binned)


def _largest_first(sizes: Mapping[str, int]) -> dict[str, None]:
    return dict.fromkeys(sorted(sizes, key=lambda value: (-sizes[value], value)))
