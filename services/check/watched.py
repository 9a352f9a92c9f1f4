"""A definition with counts beside its measures, so that one fold also tells how much stands behind each.

The names of what is added hold a ``#``, which no name of a definition does.
"""

import msgspec

from schemas.definition.model import (
    ANY,
    Calendar,
    Conversion,
    Count,
    Definition,
    Dimension,
    Lifecycle,
    Lifetime,
    Measure,
    Metric,
    NetRetention,
    Plain,
    Sum,
    Unit,
    Window,
)
from streams.plan import Remembering, measures_of, types_of
from streams.usable import lacking

MOST_VALUES = 1000
"""Of a dimension that are counted apart."""


def watched(definition: Definition) -> Definition:
    """The same measures and metrics, and for each measure all that the functions below name."""
    windows: dict[str, dict[Window, None]] = {name: {} for name in definition.measures}
    for metric in definition.metrics.values():
        for under in measures_of(definition, metric.name):
            windows[under].update(dict.fromkeys(metric.windows))
    measures, metrics = dict(definition.measures), dict(definition.metrics)
    for name, measure in definition.measures.items():
        measures[_of_type(name)] = Count(name=_of_type(name), source=measure.source, of=measure.of)
        measures[_matching(name)] = Count(
            name=_matching(name), source=measure.source, of=measure.of, where=measure.where
        )
        compared = isinstance(measure, Lifecycle | NetRetention)
        own = windows[name] | {Calendar(Unit.DAY) if compared else Lifetime(): None}
        counted = windows[name] | {Lifetime(): None}
        several = {name: own, _of_type(name): counted, _matching(name): counted}
        if isinstance(measure, Conversion):
            measures[_led_to(name)] = Count(name=_led_to(name), source=measure.source, of=measure.to)
            several[_led_to(name)] = {Lifetime(): None}
        for shown, read in several.items():
            metrics[metric_of(shown)] = Metric(name=metric_of(shown), value=Plain(shown), windows=tuple(read))
    dimensions = dict(definition.dimensions)
    for one in entity_dimensions(definition):
        for count in carrying(definition, one):
            (name,) = count.by_dimension
            dimensions[name] = Dimension(name=name, property=one.property, limit=MOST_VALUES)
            measures[count.name] = count
            shown = metric_of(count.name)
            metrics[shown] = Metric(name=shown, value=Plain(count.name), windows=(Lifetime(),))
    return msgspec.structs.replace(definition, measures=measures, metrics=metrics, dimensions=dimensions)


def entity_dimensions(definition: Definition) -> list[Dimension]:
    """Those that tell apart the entities of some measure, by their declared values alone."""
    return [one for one in definition.dimensions.values() if one.values and _split(definition, one)]


def carrying(definition: Definition, dimension: Dimension) -> list[Count]:
    """Counts, a type of events of a source each, by all values that events carry, declared or not.

    Of types that some measure counts: what no measure counts stays left out.
    """
    types: dict[str, set[str]] = {}
    for one in _split(definition, dimension):
        types.setdefault(one.source, set()).add(one.of)
    if dimension.settled:  # any event of theirs may carry it
        for one in definition.measures.values():
            if one.source in types:
                types[one.source].update(types_of(one))
    name = f"{dimension.name}#values"
    return [
        Count(name=f"{name}#{source}#{of}", source=source, of=of, by_dimension=(name,))
        for source in sorted(types)
        for of in ([ANY] if ANY in types[source] else sorted(types[source]))
    ]


def _split(definition: Definition, dimension: Dimension) -> list[Measure]:
    return [
        one
        for one in definition.measures.values()
        if dimension.name in one.by_dimension and (dimension.settled or isinstance(one, Remembering))
    ]


def metric_of(measure: str) -> str:
    """The metric that shows a measure as it is, in each window that it is read in and over all time, if it can be."""
    return f"{measure}#"


def of_type(measure: str) -> str:
    """The metric that counts all events of the measure's type."""
    return metric_of(_of_type(measure))


def matching(measure: str) -> str:
    """The metric that counts the events of its type that meet its conditions."""
    return metric_of(_matching(measure))


def led_to(measure: str) -> str:
    """The metric that counts the events of the type that a conversion leads to."""
    return metric_of(_led_to(measure))


def behind(measure: Measure) -> str:
    """The metric that says how many things a measure's number is made of: events of amounts, else the number itself."""
    return matching(measure.name) if isinstance(measure, Sum | NetRetention) else metric_of(measure.name)


def left_unused(measure: Measure, unused: dict[tuple[str, str], int]) -> int:
    """Events that meet the measure's conditions and lack what else it needs; ``unused`` is by measure and reason.

    Those that lack a property of a condition are told of the measure and of its count alike, and met nothing.
    """
    of_ends = lacking(measure.entity, measure.to) if isinstance(measure, Conversion) else ""  # no matching events
    mine, beside = (
        sum(number for (name, reason), number in unused.items() if name == one and reason != of_ends)
        for one in (measure.name, _matching(measure.name))
    )
    return mine - beside


def _of_type(measure: str) -> str:
    return f"{measure}#type"


def _led_to(measure: str) -> str:
    return f"{measure}#to"


def _matching(measure: str) -> str:
    return f"{measure}#matching"
