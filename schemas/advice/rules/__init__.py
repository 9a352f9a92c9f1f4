"""The rules of advice, one a file, in the order in which they are listed."""

from typing import Final

from schemas.advice.rule import Rule
from schemas.advice.rules import (
    anything,
    departments,
    guardrails,
    initiative,
    key_result,
    left_out,
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
