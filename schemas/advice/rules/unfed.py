"""A measure counts something that happens."""

from collections.abc import Iterator

from schemas.advice.observed import Fed, Observed
from schemas.advice.rule import EventsRule, Finding
from schemas.definition.faults import nearest, quoted
from schemas.definition.model import ANY, Conversion, Count, Definition, Distribution, Measure, NetRetention, Sum


def _find(definition: Definition, observed: Observed) -> Iterator[Finding]:
    for name, measure in definition.measures.items():
        fed = observed.fed.get(name)
        if fed is not None and (not fed.used or fed.led_to == 0):
            yield Finding((f"measures.{name}",), _told(measure, fed, observed))


def _told(measure: Measure, fed: Fed, observed: Observed) -> str:
    events = "events" if measure.of == ANY else f"events of type {measure.of}"
    if not fed.of_type:
        return f"no event is of type {quoted(measure.of)}{nearest(measure.of, observed.left_out)}"
    if not fed.matching:
        return f"none of the {fed.of_type:,} {events} meets its conditions"
    if not fed.used:
        return f"none of the {fed.matching:,} {events} holds {' and '.join(_needed(measure))}"
    led_to = measure.to if isinstance(measure, Conversion) else ""
    return f"no event is of type {quoted(led_to)}, which it leads to{nearest(led_to, observed.left_out)}"


def _needed(measure: Measure) -> tuple[str, ...]:
    match measure:
        case Count():
            return ()
        case Sum() | Distribution():
            return (measure.property,)
        case NetRetention():
            return (measure.property, *measure.entity)
        case _:
            return measure.entity


RULE = EventsRule(
    id="unfed-measure",
    title="No event feeds a measure",
    severity="warning",
    reason=(
        "A number that nothing can move stays at zero, or absent, for ever: what it should count is not published, or "
        "published under another name."
    ),
    example="first_orders: {first: order_completed}: spell the type as the events do, or have it published first",
    find=_find,
)
