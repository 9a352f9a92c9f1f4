"""The segments of a metric as SQL has them, and where the readings differ."""

from collections.abc import Mapping
from fractions import Fraction

from schemas.definition import model
from schemas.definition.model import Dimension, Metric, Window
from tests.reference.measures import Reference

Segments = Mapping[str, Fraction | None]
"""The metric in each segment; None over nothing."""


def segments_of(
    reference: Reference, of: tuple[Metric, str], window: Window, moments: list[int], end_ms: int
) -> list[Segments]:
    """At each moment, by one dimension."""
    metric, name = of
    dimension = reference.definition.dimensions[name]
    if dimension.settled:
        segments = (*dimension.values, "other", "none")
        columns = {one: reference.segment(metric.name, (name, one), window, moments) for one in segments}
        several = [{one: column[number] for one, column in columns.items()} for number in range(len(moments))]
    elif isinstance(metric.value, model.Quantile):
        return list(reference.spread(metric.name, name, window, moments))
    else:
        several = reference.carried(metric.name, name, window, moments, end_ms)
    return [{one: value and value.exact for one, value in segments.items()} for segments in several]


def wrong(ours: Segments, theirs: Segments, metric: Metric, dimension: Dimension) -> list[str]:
    """The segments that differ; those that are not chosen by their size may be left out where nothing is in them."""
    always = {*dimension.values, "other", "none"}
    nothing = (None, -1) if isinstance(metric.value, model.Growth) else (None, 0)

    def same(segment: str) -> bool:
        if segment in ours and segment in theirs:
            return ours[segment] == theirs[segment]
        return segment in theirs and segment in always and theirs[segment] in nothing

    return [one for one in ours.keys() | theirs.keys() if not same(one)]
