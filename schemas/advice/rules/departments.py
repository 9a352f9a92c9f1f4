"""Every department has something to steer by."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.definition.model import Definition


def _find(definition: Definition) -> Iterator[Finding]:
    for name, department in definition.departments.items():
        if not department.metrics:
            yield Finding((f"departments.{name}", "departments"), "has no metric to steer by")


RULE = DefinitionRule(
    id="department-without-kpi",
    title="A department has no KPI",
    severity="advice",
    reason="People who cannot see their part of the north star cannot work on it, and make up a goal of their own.",
    example="departments: {logistics: [on_time_deliveries]}, one to three each, best among the north star's inputs",
    find=_find,
)
