"""What is chased needs a limit elsewhere."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.definition.model import Definition


def _find(definition: Definition) -> Iterator[Finding]:
    if not definition.guardrails:
        yield Finding(("north_star",), "nothing is named that must not suffer on the way")


RULE = DefinitionRule(
    id="no-guardrail",
    title="There is no guardrail",
    severity="advice",
    reason=(
        "Any one number can be driven up at the cost of something else: more orders by discounts, more hours by "
        "nagging. A guardrail says what must hold all the while, and an alert watches it."
    ),
    example="guardrails: [{metric: refund_ratio, max: 0.03}]",
    find=_find,
)
