"""What a reading came to when its span was first over."""

import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model
from schemas.events.needs import Raw
from schemas.readings import Restated
from streams.cells import Cells
from streams.plan import Plan
from streams.readings import AsOf, Readings
from streams.restating.at_first import is_told
from streams.state.port import Snapshot
from tests.streams.folding import DAY, PartitionFold, event, the_source
from tests.streams.restating.restated_log import START, folded, log_of, plan, some_events

ZONES = {zone: plan(zone) for zone in ("UTC", "Europe/Amsterdam")}
WINDOWS = (
    model.Calendar(model.Unit.DAY),
    model.Calendar(model.Unit.WEEK),
    model.Calendar(model.Unit.MONTH),
    model.RollingDays(3),
)


def when_first_over(of: Plan, log: list[Raw], last: int) -> Snapshot:
    """The partition just after it had reached a day past this one; at the end of its log where it never did."""
    fold = PartitionFold(the_source(of))
    for raw in log:
        if fold.standing.watermark > 0 and of.calendar.day(fold.standing.watermark) > last:
            break
        fold.fold([raw])
    return fold.snapshot()


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_it_is_what_each_partition_held_when_it_had_just_reached_a_later_day(zone: str, seed: int) -> None:
    rng, of = random.Random(seed), ZONES[zone]
    logs = [log_of(some_events(rng, rng.randrange(1, 50))) for _ in range(2)]
    cuts = [[rng.randrange(50) for _ in range(rng.randrange(4))] for _ in logs]
    as_of = AsOf(START + rng.randrange(12 * DAY), 0)
    now = Readings(of, Cells.of(folded(of, logs, cuts)), as_of)
    for window in WINDOWS:
        some = now.last_complete("m_orders", window)
        assert some is not None
        last = of.calendar.day(some.end_ms) - 1
        then = Readings(of, Cells.of(when_first_over(of, log, last) for log in logs), as_of)
        for metric in of.definition.metrics:
            reading, first = now.last_complete(metric, window), then.last_complete(metric, window)
            assert reading is not None
            assert first is not None
            if not is_told(of.definition, metric):
                assert reading.restated is None
            elif reading.restated is None:
                assert reading.value == first.value
            else:
                assert reading.restated == Restated(value=first.value)


def test_a_late_order_tells_what_the_day_was_before_it_also_in_ratios_and_medians() -> None:
    of, day = ZONES["UTC"], START // DAY * DAY
    log = log_of(
        [
            event("a", "order", "ann", day + 5, amount=10),
            event("b", "order", "ann", day + 6, amount=20),
            event("c", "order", "bob", day + DAY, amount=1),
            event("d", "order", "eve", day + 7, amount=50),
        ]
    )
    readings = Readings(of, Cells.of(folded(of, [log], [[]])), AsOf(day + DAY, 0))
    found = {metric: readings.last_complete(metric, WINDOWS[0]) for metric in of.definition.metrics}
    told: dict[str, tuple[Any, Any]] = {
        name: (one.restated.value if one.restated else None, one.value) for name, one in found.items() if one
    }
    assert told["m_orders"] == (2, 3)
    assert told["m_revenue"] == (30, 80)
    assert told["m_customers"] == (1, 2)
    assert told["repeats_per_customer"] == (1, Fraction(1, 2))
    assert told["m_amounts"] == (2, 3)
    assert told["m_converted"] == (None, 0)
    running = readings.running("m_orders", WINDOWS[0], day + DAY)
    assert running.restated is None, "what runs on is not restated"
    span = readings.last_complete("m_orders", model.RollingSpan(2 * 3_600_000))
    assert span is not None
    assert span.restated is None, "windows of hours are not told"
