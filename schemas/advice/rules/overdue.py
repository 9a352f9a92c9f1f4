"""Targets and key results still lie ahead."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.advice.observed import Observed
from schemas.advice.rule import EventsRule, Finding
from schemas.definition.model import Definition


def _find(definition: Definition, observed: Observed) -> Iterator[Finding]:
    """Held against the last event, not against a clock: the same file is judged alike on any day."""
    if not observed.events:
        return
    last = _day(observed.last_ms, definition.time_zone)
    for at, by in _due(definition):
        if by is not None and last > by:
            yield Finding((f"{at}.by", f"{at}.path", at), f"was due by {by}, and the last event is of {last}")


def _due(definition: Definition) -> Iterator[tuple[str, date | None]]:
    """Where each target and key result stands, and its date."""
    for aim in definition.aims():
        yield "north_star" if aim.metric == definition.north_star.metric else f"targets.{aim.metric}", aim.by
    for number, objective in enumerate(definition.okrs):
        for place, one in enumerate(objective.key_results):
            yield f"okrs[{number}].key_results[{place}]", one.by


def _day(t: int, zone: str) -> date:
    """The local day of a moment; of one past the year 9999, where dates end, the last that there is."""
    try:
        return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=t)).astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        return date.max


RULE = EventsRule(
    id="overdue-target",
    title="A target was due before the last event",
    severity="advice",
    reason=(
        "A target that lies in the past was reached or missed, and steers nobody any more: boards go on showing the "
        "way to it, and nobody decides what comes next."
    ),
    example=(
        "north_star: {metric: repeat_orders_per_customer, base: 1.8, from: 2027-07-01, target: 2.1, by: 2028-06-30}"
    ),
    find=_find,
)
