"""A north star is everybody's."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.advice.standing import metrics_under
from schemas.definition.model import Definition


def _find(definition: Definition) -> Iterator[Finding]:
    """With fewer than two departments there is nobody else who could move it."""
    star = definition.north_star
    moving = {name for metric in (star.metric, *star.inputs) for name in metrics_under(definition, metric)}
    movers = [name for name, of in definition.departments.items() if moving.intersection(of.metrics)]
    if len(definition.departments) > 1 and len(movers) <= 1:
        who = f"only {movers[0]} steers" if movers else "no department steers"
        yield Finding(("north_star.inputs", "north_star"), f"{who} by {star.metric} or one of its inputs")


RULE = DefinitionRule(
    id="one-department",
    title="Only one department moves the north star",
    severity="advice",
    reason=(
        "What one department alone can move is that department's goal. The others go on with goals of their own, and "
        "the company pulls in several directions."
    ),
    example="inputs: [new_customers, on_time_deliveries], the one a KPI of marketing, the other of logistics",
    find=_find,
)
