"""A filter in the north star may leave customers out."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.advice.standing import stands_on
from schemas.definition.model import Condition, Count, Definition, Distribution, Measure, Sum


def _find(definition: Definition) -> Iterator[Finding]:
    metric = definition.north_star.metric
    for measure in {one.measure.name: one.measure for one in stands_on(definition, metric)}.values():
        told = [_told(one) for one in measure.where if _chooses_customers(definition, measure, one)]
        if told:
            path = f"measures.{measure.name}"
            text = f"counts only where {' and '.join(told)}; customers of whom that never holds are not in {metric}"
            yield Finding((f"{path}.where", path), text)


def _chooses_customers(definition: Definition, measure: Measure, condition: Condition) -> bool:
    """By a group that they belong to: a dimension, or a text.

    A threshold (``minutes >= 5``) and a yes or no (``on_time = true``) say how good the event was, a condition on the
    items of which the entity is made up (``items.qty > 0``) which of them count.
    """
    if condition.property in {dimension.property for dimension in definition.dimensions.values()}:
        return True
    entity = () if isinstance(measure, Count | Sum | Distribution) else measure.entity
    if condition.property.partition(".")[0] in {name.partition(".")[0] for name in entity[1:]}:
        return False
    return isinstance(condition.value, str | tuple)


def _told(condition: Condition) -> str:
    value = condition.value
    shown = f"[{', '.join(map(_literal, value))}]" if isinstance(value, tuple) else _literal(value)
    return f"{condition.property} {condition.operator} {shown}"


def _literal(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


RULE = DefinitionRule(
    id="customers-left-out",
    title="The north star leaves out part of the customers",
    severity="advice",
    reason=(
        "Customers outside the filter may be served badly, or leave, and the number does not move. What holds for a "
        "part of them is a segment of the number, not the number."
    ),
    example="orders: {count: order_completed, by_dimension: [country]}: all customers count, and each country is shown",
    find=_find,
)
