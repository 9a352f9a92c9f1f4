"""Rows of metrics, two side by side: a number and its line each.  Inputs, guardrails, segments."""

from schemas.definition.model import Count, Definition, Metric, Plain, Sum
from schemas.definition.steering import Guardrail
from services.provisioner import colours, words
from services.provisioner import expressions as promql
from services.provisioner.boards.panels import Look, Place, Query, series_panel, stat_panel
from services.provisioner.sdk import dashboard
from services.provisioner.units import panel_unit, whole_numbers
from streams.readings import declared_only, segmented_by

LINES = 7
"""Height of a pair."""


def height(count: int) -> int:
    """Lines of the grid that so many metrics take."""
    return -(-count // 2) * LINES


def inputs_row(definition: Definition, y: int) -> list[dashboard.Panel]:
    """What drives the north star."""
    panels = []
    for number, name in enumerate(definition.north_star.inputs):
        panels += _pair(definition, definition.metrics[name], Place(100 + 2 * number, *_corner(number, y), 12, LINES))
    return panels


def guardrails_row(definition: Definition, y: int) -> list[dashboard.Panel]:
    """What must not suffer from the chase."""
    panels = []
    for number, guardrail in enumerate(definition.guardrails):
        place = Place(200 + 2 * number, *_corner(number, y), 12, LINES)
        panels += _pair(definition, definition.metrics[guardrail.metric], place, guardrail)
    return panels


def _corner(number: int, y: int) -> tuple[int, int]:
    return 12 * (number % 2), y + LINES * (number // 2)


def _pair(
    definition: Definition, metric: Metric, place: Place, guardrail: Guardrail | None = None
) -> list[dashboard.Panel]:
    span, calendar = metric.windows[0].label, promql.is_calendar(metric)
    limits = _limits(guardrail) if guardrail else ""
    title = f"{words.title(metric.name)}, {span} so far (unfinished)" if calendar else words.title(metric.name)
    look = Look(
        title=title,
        description=words.metric(definition, metric) + limits,
        unit=panel_unit(definition, metric),
        thresholds=colours.within(guardrail) if guardrail else colours.plain(),
        decimals=0 if whole_numbers(definition, metric) else None,
        empty="no value yet",
    )
    line = Look(
        title=f"{words.title(metric.name)} over time",
        description=look.description + (f" Dashed: the running {span}, unfinished." if calendar else ""),
        unit=look.unit,
        thresholds=look.thresholds,
        empty="no history yet",
    )
    left = Place(place.identity, place.x, place.y, 4, place.height)
    right = Place(place.identity + 1, place.x + 4, place.y, place.width - 4, place.height)
    queries = [Query(promql.finished(metric), f"last complete {span}" if calendar else metric.name)]
    if calendar:
        queries.append(Query(promql.value(metric), f"running {span} (unfinished)", quiet=True))
    queries += [Query(promql.limit(metric.name, bound), bound, quiet=True) for bound in _bounds(guardrail)]
    return [stat_panel(left, look, Query(promql.value(metric), metric.name)), series_panel(right, line, queries)]


def _bounds(guardrail: Guardrail | None) -> list[str]:
    if guardrail is None:
        return []
    return [bound for bound in ("min", "max") if getattr(guardrail, bound) is not None]


def _limits(guardrail: Guardrail) -> str:
    named = {"min": "at least", "max": "at most"}
    said = " and ".join(f"{named[bound]} {getattr(guardrail, bound):g}" for bound in _bounds(guardrail))
    return f" It should stay {said}." if said else ""


def dimensions_of(definition: Definition, metric: Metric) -> tuple[str, ...]:
    """The dimensions that every measure behind a metric is split by, in declared order."""
    return segmented_by(definition, metric.name)


def splits(definition: Definition) -> list[tuple[Metric, str]]:
    """North star and inputs, by each of their dimensions."""
    star = definition.north_star
    shown = dict.fromkeys((star.metric, *star.inputs))
    metrics = [definition.metrics[name] for name in shown]
    return [(metric, dimension) for metric in metrics for dimension in dimensions_of(definition, metric)]


def segments_row(definition: Definition, y: int) -> list[dashboard.Panel]:
    """Who moves it."""
    return [
        _split(definition, metric, dimension, Place(300 + number, *_corner(number, y), 12, LINES))
        for number, (metric, dimension) in enumerate(splits(definition))
    ]


def _split(definition: Definition, metric: Metric, dimension: str, place: Place) -> dashboard.Panel:
    unfinished = " (running period, unfinished)" if promql.is_calendar(metric) else ""
    others = (
        "any value but the declared ones"
        if declared_only(definition, metric.name, dimension)
        else "what is beyond the limit"
    )
    adds_up = isinstance(metric.value, Plain) and (
        isinstance(definition.measures[metric.value.measure], Count | Sum)
        or bool(definition.dimensions[dimension].settled)  # an entity is in one segment
    )
    look = Look(
        title=f"{words.title(metric.name)} by {dimension}{unfinished}",
        description=(
            f"{words.metric(definition, metric)} Split by {dimension}; {others} is 'other', what has"
            f" none is 'none'.{'' if adds_up else ' The parts do not add up to the whole.'}"
        ),
        unit=panel_unit(definition, metric),
        thresholds=colours.plain(),
        empty="no segment yet",
        stacked=adds_up,
    )
    return series_panel(place, look, [Query(promql.segments(metric, dimension), "{{segment}}")])
