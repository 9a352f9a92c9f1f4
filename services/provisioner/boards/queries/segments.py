"""What each segment is, how it changed, and what part of the whole's change is its own."""

from schemas import names
from schemas.definition.model import Count, Definition, Metric, Plain, Ratio, RollingDays, RollingSpan, Sum
from services.provisioner import expressions as promql
from services.provisioner.boards.queries.trends import Shift


def adds_up(definition: Definition, metric: Metric, dimension: str) -> bool:
    """Whether the segments' values sum to the whole: each event is in one segment, an entity may be in several.

    Of what is remembered of entities each is in one.
    """
    return isinstance(metric.value, Plain) and _in_one_segment(definition, metric.value.measure, dimension)


def shares_change(definition: Definition, metric: Metric, dimension: str) -> bool:
    """Whether the whole's change is the sum of what its segments bring: also of a ratio whose numerator adds up.

    Of a last complete period the numerators of a ratio are not known.
    """
    match metric.value:
        case Ratio(numerator=above):
            rolling = isinstance(metric.windows[0], RollingDays | RollingSpan)
            return rolling and _in_one_segment(definition, above, dimension)
        case _:
            return adds_up(definition, metric, dimension)


def running(metric: Metric, dimension: str) -> str:
    """The value of each segment as it is, of a calendar window that of the running period."""
    return f"max by (segment) ({_parts(names.METRIC_VALUE, metric, dimension)})"


def now(metric: Metric, dimension: str) -> str:
    """The comparable value of each segment."""
    return f"max by (segment) ({_parts(promql.comparable_series(metric), metric, dimension)})"


def change(metric: Metric, dimension: str, shift: Shift) -> str:
    """Each segment against what it was itself: 0.1 is a tenth more."""
    then = shift.of(_parts(promql.comparable_series(metric), metric, dimension), "segment")
    return f"{now(metric, dimension)} / ({then} > 0) - 1"


def share_of_change(metric: Metric, dimension: str, shift: Shift) -> str:
    """What each segment brought, over the whole's change: together 1; against the whole's direction below 0.

    A segment that came, or went, counts with all that it had.  Of a ratio a segment brings its numerator over the
    denominator of the whole.
    """
    whole = promql.whole(promql.comparable_series(metric), metric)
    now_whole, then_whole = f"max({whole})", shift.of(whole, "")
    if isinstance(metric.value, Ratio):
        parts = _parts(names.METRIC_NUMERATOR, metric, dimension)
        below = promql.whole(names.METRIC_DENOMINATOR, metric)
        current = f"(max by (segment) ({parts}) / on () group_left () max({below}))"
        earlier = f"({shift.of(parts, 'segment')} / on () group_left () {shift.of(below, '')})"
    else:
        parts = _parts(promql.comparable_series(metric), metric, dimension)
        current, earlier = f"max by (segment) ({parts})", shift.of(parts, "segment")
    brought = f"(({current} or {earlier} * 0) - ({earlier} or {current} * 0))"
    return f"{brought} / on () group_left () ({now_whole} - {then_whole} != 0)"


def _parts(series: str, metric: Metric, dimension: str) -> str:
    return promql.selector(
        series, metric=metric.name, window=metric.windows[0].label, dimension=dimension, segment="~.+"
    )


def _in_one_segment(definition: Definition, measure: str, dimension: str) -> bool:
    """A metric on metrics is no measure, and not looked into."""
    one = definition.measures.get(measure)
    return isinstance(one, Count | Sum) or (one is not None and bool(definition.dimensions[dimension].settled))
