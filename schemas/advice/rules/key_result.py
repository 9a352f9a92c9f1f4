"""A key result says from where, since when, and by when."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.definition.model import Definition
from schemas.definition.steering import KeyResult


def _find(definition: Definition) -> Iterator[Finding]:
    for number, objective in enumerate(definition.okrs):
        for place, one in enumerate(objective.key_results):
            lacking = list(_lacking(one))
            if lacking:
                at = f"okrs[{number}].key_results[{place}]"
                yield Finding((at, f"okrs[{number}]", "okrs"), f"{one.name} has no {' and no '.join(lacking)}")


def _lacking(result: KeyResult) -> Iterator[str]:
    if result.base is None:
        yield "base that it is measured against (base)"
    if result.since is None:
        yield "day that it begins on (from)"
    if result.by is None:
        yield "date (by)"


RULE = DefinitionRule(
    id="open-key-result",
    title="A key result has no base or no dates",
    severity="advice",
    reason=(
        "A key result is there to say how far an objective has come. Without the value and the day that it began with, "
        "and the day that it is due, it says so on its last day at best: no board can draw its way, and nobody is told "
        "while there is time to do something."
    ),
    example="{metric: orders_per_customer, change: +15%, base: 1.8, from: 2027-01-01, by: 2027-06-30}",
    find=_find,
)
