"""An initiative means to move a metric."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.definition.model import Definition


def _find(definition: Definition) -> Iterator[Finding]:
    for number, one in enumerate(definition.initiatives):
        if one.expects is None:
            yield Finding(
                (f"initiatives[{number}]", "initiatives"), f"{one.name} does not say which metric it is to move"
            )


RULE = DefinitionRule(
    id="initiative-without-metric",
    title="An initiative names no metric",
    severity="advice",
    reason=(
        "Afterwards every number that happened to rise will be its success. Said before, it is a forecast that the "
        "board can be held against."
    ),
    example="{name: New checkout, start: 2027-03-01, end: 2027-05-31, expects: {metric: orders, change: +5%}}",
    find=_find,
)
