"""A number that everything moves says nothing."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.advice.standing import raised_by
from schemas.definition.model import ANY, Definition


def _find(definition: Definition) -> Iterator[Finding]:
    metric = definition.north_star.metric
    for measure in raised_by(definition, metric):
        if measure.of == ANY and not measure.where:
            path = f"measures.{measure.name}"
            text = f"every event of whatever type counts, so anything at all moves {metric}"
            yield Finding((f"{path}.of", f"{path}.count", path), text)


RULE = DefinitionRule(
    id="moved-by-anything",
    title="Anything at all moves the north star",
    severity="warning",
    reason=(
        "A log-in, a retry or an unsubscribe is an event too. What counts all of them grows with every tracker that is "
        "added, cannot be tied to what a customer got, and nobody can work on it."
    ),
    example="active: {distinct: user_id, of: lesson_finished}, the event in which a customer gets what they came for",
    find=_find,
)
