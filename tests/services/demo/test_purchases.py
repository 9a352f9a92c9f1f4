"""The orders of the demo, moved to today."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from schemas.definition.loading import load
from services.demo.purchases import DEFINITION, days_to_today, moved, moved_definition, read_orders
from streams.plan import compile_plan


def test_orders_are_moved_by_whole_days_so_that_the_last_is_today() -> None:
    orders, (source,) = read_orders(), load(DEFINITION).sources
    now = datetime(2027, 3, 5, 13, 45, tzinfo=UTC)
    span = days_to_today(orders, source, now)
    later = moved([orders[0], orders[-1]], source, span)
    times = [datetime.fromisoformat(msgspec.json.decode(line)["ts"]) for line in later]
    assert times[1] == datetime(2027, 3, 5, tzinfo=UTC)
    assert times[1] - times[0] == datetime(1998, 6, 30, tzinfo=UTC) - datetime(1997, 1, 1, tzinfo=UTC)
    first: dict[str, Any] = msgspec.json.decode(orders[0])
    assert msgspec.json.decode(later[0]) == {**first, "ts": times[0].isoformat()}


def test_the_moved_definition_counts_alike_and_its_target_is_due_later(tmp_path: Path) -> None:
    before = load(DEFINITION)
    after = load(moved_definition(timedelta(days=365), tmp_path))
    assert compile_plan(after).version == compile_plan(before).version
    assert before.north_star.by is not None
    assert after.north_star.by == before.north_star.by + timedelta(days=365)
    for one, other in zip(before.initiatives, after.initiatives, strict=True):
        assert (other.start, other.end) == (one.start + timedelta(days=365), one.end + timedelta(days=365))
    assert after.calendar.holidays[0].date == before.calendar.holidays[0].date + timedelta(days=365)
