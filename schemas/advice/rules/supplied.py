"""Who supplies the data can change the number."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.advice.standing import chased, stands_on
from schemas.definition.model import Definition


def _find(definition: Definition) -> Iterator[Finding]:
    guards = (guardrail.metric for guardrail in definition.guardrails)
    for metric in dict.fromkeys((*chased(definition), *guards)):
        suppliers = {definition.source(one.measure.source).supplied_by for one in stands_on(definition, metric)}
        if "" not in suppliers:
            text = f"rests on the data of {' and '.join(sorted(suppliers))}, and on nothing of ours"
            yield Finding((f"metrics.{metric}",), text)


RULE = DefinitionRule(
    id="supplied-alone",
    title="A metric rests on a supplier's data alone",
    severity="warning",
    reason=(
        "When the supplier counts in another way, comes late or is replaced, the number moves although nothing "
        "happened, and nobody here can tell."
    ),
    example="count order_delivered from our own services too, and show the carrier's figure over ours",
    find=_find,
)
