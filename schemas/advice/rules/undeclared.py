"""A dimension that tells entities apart knows the values that count."""

from collections.abc import Iterator, Mapping

from schemas.advice.observed import Observed
from schemas.advice.rule import EventsRule, Finding
from schemas.definition.faults import quoted
from schemas.definition.model import Definition

MOST_OTHER = 0.2
"""The share of events that may carry values which are not declared."""
NAMED = 5


def _find(definition: Definition, observed: Observed) -> Iterator[Finding]:
    for name, numbers in observed.carried.items():
        declared = definition.dimensions[name].values
        others = {value: number for value, number in numbers.items() if value not in (*declared, "other")}
        if sum(others.values()) > MOST_OTHER * sum(numbers.values()):
            yield Finding((f"dimensions.{name}.values", f"dimensions.{name}"), _told(others, sum(numbers.values())))


def _told(others: Mapping[str, int], every: int) -> str:
    largest = sorted(others, key=lambda value: (-others[value], value))
    named = ", ".join(f"{quoted(value)} ({others[value] / every:.0%})" for value in largest[:NAMED])
    return f"{sum(others.values()) / every:.0%} of the events that carry it carry other values: {named}"


RULE = EventsRule(
    id="undeclared-values",
    title="Many events carry values that a dimension does not declare",
    severity="advice",
    reason=(
        "Entities are told apart by declared values alone, and whatever else comes is one segment, other. Where that "
        "is large, what moves the number may be hidden in it."
    ),
    example="city: {property: city, values: [Amsterdam, Utrecht, Ghent]}, with every value that somebody works on",
    find=_find,
)
