"""What a metric stands on, and which metrics people steer by."""

from collections.abc import Iterator
from typing import NamedTuple, assert_never

from schemas.definition.arithmetic import Expression, Name, Negative, Number, Operation
from schemas.definition.model import Definition, Formula, Growth, Measure, Plain, Quantile, Ratio, Share
from schemas.definition.operands import operands


class Stands(NamedTuple):
    """A measure, and whether the metric rises with it (``above`` the line) or falls."""

    measure: Measure
    above: bool


def stands_on(definition: Definition, metric: str) -> Iterator[Stands]:
    """The measures under a metric, through all that it is made of; one may come twice."""
    return _stands_on(definition, metric, above=True)


def _stands_on(definition: Definition, metric: str, *, above: bool) -> Iterator[Stands]:
    value = definition.metrics[metric].value
    match value:
        case Plain(measure) | Share(measure) | Quantile(measure):
            yield Stands(definition.measures[measure], above)
        case Ratio(numerator, denominator):
            yield from _operand(definition, numerator, above=above)
            yield from _operand(definition, denominator, above=not above)
        case Growth(of):
            yield from _operand(definition, of, above=above)
        case Formula(expression):
            for name, rises in _sides(expression, rises=above):
                yield from _operand(definition, name, above=rises)
        case _:
            assert_never(value)


def _sides(expression: Expression, *, rises: bool) -> Iterator[tuple[str, bool]]:
    """Each name of a formula, and whether the whole rises with it while all that it stands on is above 0."""
    match expression:
        case Number():
            return
        case Name(name):
            yield name, rises
        case Negative(of):
            yield from _sides(of, rises=not rises)
        case Operation(sign, left, right):
            yield from _sides(left, rises=rises)
            yield from _sides(right, rises=rises == (sign in "+*"))
        case _:
            assert_never(expression)


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
    found = {metric}
    for name in operands(definition.metrics[metric].value):
        if name not in definition.measures:
            found |= metrics_under(definition, name)
    return found


def chased(definition: Definition) -> tuple[str, ...]:
    """The metrics that somebody tries to move: north star, its inputs, the departments' KPIs."""
    kpis = (name for department in definition.departments.values() for name in department.metrics)
    return tuple(dict.fromkeys((definition.north_star.metric, *definition.north_star.inputs, *kpis)))
