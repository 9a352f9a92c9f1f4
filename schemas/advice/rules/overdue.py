"""A target still lies ahead."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.advice.observed import Observed
from schemas.advice.rule import EventsRule, Finding
from schemas.definition.model import Definition


def _find(definition: Definition, observed: Observed) -> Iterator[Finding]:
    """Held against the last event, not against a clock: the same file is judged alike on any day."""
    by = definition.north_star.by
    if by is None or not observed.events:
        return
    last = _day(observed.last_ms, definition.time_zone)
    if last > by:
        yield Finding(
            ("north_star.by", "north_star.target", "north_star"), f"was due by {by}, and the last event is of {last}"
        )


def _day(t: int, zone: str) -> date:
    return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=t)).astimezone(ZoneInfo(zone)).date()


RULE = EventsRule(
    id="overdue-target",
    title="The target was due before the last event",
    severity="advice",
    reason=(
        "A target that lies in the past was reached or missed, and steers nobody any more: boards go on showing the "
        "way to it, and nobody decides what comes next."
    ),
    example="north_star: {metric: repeat_orders_per_customer, base: 1.8, target: 2.1, by: 2028-06-30}",
    find=_find,
)
