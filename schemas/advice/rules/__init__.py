"""The rules, one a file, in the order in which they are listed: of advice, then those that a definition must keep."""

from typing import Final

from schemas.advice.rule import ErrorRule, Rule
from schemas.advice.rules import (
    anything,
    departments,
    guardrails,
    initiative,
    key_result,
    left_out,
    many_kpis,
    one_department,
    overdue,
    phase,
    revenue,
    size,
    supplied,
    target,
    undeclared,
    unfed,
    volume,
)

RULES: Final[tuple[Rule, ...]] = (
    revenue.RULE,
    anything.RULE,
    one_department.RULE,
    left_out.RULE,
    phase.RULE,
    departments.RULE,
    guardrails.RULE,
    supplied.RULE,
    target.RULE,
    key_result.RULE,
    initiative.RULE,
    overdue.RULE,
    size.RULE,
    unfed.RULE,
    volume.RULE,
    undeclared.RULE,
)
ERRORS: Final[tuple[ErrorRule, ...]] = (many_kpis.RULE,)
EVERY: Final[tuple[Rule | ErrorRule, ...]] = (*RULES, *ERRORS)
