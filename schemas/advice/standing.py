"""What a metric stands on, and which metrics people steer by."""

from collections.abc import Iterator
from typing import NamedTuple, assert_never

from schemas.definition.model import Definition, Measure, Plain, Ratio


class Stands(NamedTuple):
    """A measure, and whether the metric rises with it (``above`` the line) or falls."""

    measure: Measure
    above: bool


def stands_on(definition: Definition, metric: str) -> Iterator[Stands]:
    """The measures under a metric, through ratios of metrics; one may come twice."""
    return _stands_on(definition, metric, above=True)


def _stands_on(definition: Definition, metric: str, *, above: bool) -> Iterator[Stands]:
    value = definition.metrics[metric].value
    match value:
        case Plain(measure):
            yield Stands(definition.measures[measure], above)
        case Ratio(numerator, denominator):
            yield from _operand(definition, numerator, above=above)
            yield from _operand(definition, denominator, above=not above)
        case _:
            assert_never(value)


def _operand(definition: Definition, name: str, *, above: bool) -> Iterator[Stands]:
    if name in definition.measures:
        yield Stands(definition.measures[name], above)
    else:
        yield from _stands_on(definition, name, above=above)


def raised_by(definition: Definition, metric: str) -> tuple[Measure, ...]:
    """The measures with which a metric rises, each once."""
    found = {one.measure.name: one.measure for one in stands_on(definition, metric) if one.above}
    return tuple(found.values())


def metrics_under(definition: Definition, metric: str) -> set[str]:
    """The metric itself, and every metric that it is made of."""
    value, found = definition.metrics[metric].value, {metric}
    operands = (value.numerator, value.denominator) if isinstance(value, Ratio) else ()
    for name in operands:
        if name not in definition.measures:
            found |= metrics_under(definition, name)
    return found


def chased(definition: Definition) -> tuple[str, ...]:
    """The metrics that somebody tries to move: north star, its inputs, the departments' KPIs."""
    kpis = (name for names in definition.departments.values() for name in names)
    return tuple(dict.fromkeys((definition.north_star.metric, *definition.north_star.inputs, *kpis)))
