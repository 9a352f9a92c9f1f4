"""What came late for periods that were over is counted, and told apart, exactly."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import names
from streams.restating.behind import Stretch, behind, stretches
from streams.state.port import NEVER, Snapshot
from streams.time.calendar import Calendar
from tests.streams.folding import DAY, HOUR, event
from tests.streams.restating.restated_log import START, Told, folded, log_of, one_by_one, plan, some_events

ZONES = {zone: plan(zone) for zone in ("UTC", "Europe/Amsterdam")}


def told_by(snapshot: Snapshot) -> Told:
    late = {
        (series, field): number
        for series, keys in snapshot.cells.items()
        if names.is_late(series)
        for fields in keys.values()
        for field, number in fields.items()
    }
    totals = {name: number for name, number in snapshot.totals.items() if name.startswith("restated")}
    return Told(Counter(totals), Counter({name: number for name, number in late.items() if number}))


def brute(told: Told) -> Told:
    return Told(told.totals, Counter({name: number for name, number in told.late.items() if number}))


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_counts_and_late_series_are_those_told_event_by_event_however_the_log_is_cut(zone: str, seed: int) -> None:
    rng = random.Random(seed)
    logs = [log_of(some_events(rng, rng.randrange(1, 60))) for _ in range(2)]
    cuts = [[rng.randrange(60) for _ in range(rng.randrange(5))] for _ in logs]
    for log, snapshot in zip(logs, folded(ZONES[zone], logs, cuts), strict=True):
        assert told_by(snapshot) == brute(one_by_one(ZONES[zone], log))


def test_such_logs_restate_every_measure_in_every_unit() -> None:
    rng, told = random.Random(2), Told(Counter(), Counter())
    for _ in range(10):
        one = one_by_one(ZONES["UTC"], log_of(some_events(rng, 60)))
        told = Told(told.totals + one.totals, told.late + one.late)
    measures = ZONES["UTC"].definition.measures
    for measure in measures:
        for unit in ("day", "week", "month"):
            assert told.totals[names.restated_totals(measure, unit)[0]] > 0
    of_series = {series.partition(".")[0] for series, _ in told.late}
    assert of_series == measures.keys() - {"converted", "viewed_again"}


def test_what_comes_in_order_restates_nothing() -> None:
    rng = random.Random(1)
    events = sorted(some_events(rng, 80), key=lambda one: one["time"])
    [snapshot] = folded(ZONES["UTC"], [log_of(events)], [[20, 40]])
    assert told_by(snapshot) == Told(Counter(), Counter())


def test_a_late_order_restates_its_day_and_a_duplicate_or_one_below_the_floor_does_not() -> None:
    day = START // DAY * DAY
    events = [
        event("a", "order", "ann", day + 4 * DAY, amount=1),
        event("b", "order", "ann", day + 5 * DAY, amount=2),
        event("c", "order", "bob", day + 4 * DAY + HOUR, amount=4),
        event("c", "order", "bob", day + 4 * DAY + HOUR, amount=4),
        event("d", "order", "bob", day, amount=8),
        event("e", "order", "bob", day + 5 * DAY + HOUR, amount=16),
    ]
    log = log_of(events)
    [snapshot] = folded(ZONES["UTC"], [log], [[]])
    assert (snapshot.totals["duplicate"], snapshot.totals["late"]) == (1, 1)
    count, moment = names.restated_totals("orders", "day")
    assert (snapshot.totals[count], snapshot.totals[moment]) == (1, log[2].timestamp)
    first = ZONES["UTC"].calendar.day(day)
    late = snapshot.cells[names.late_series("revenue.day")]
    assert list(late.values()) == [{f"{first + 4}@{first + 5}": 400}]


def test_a_batch_is_cut_only_where_another_day_was_reached_and_something_came_late() -> None:
    calendar, day = Calendar("UTC"), START // DAY * DAY
    hours = [0, 25, 26, 20, 50, 51, 52, 100, 3, 101]
    times = np.array([day + hour * HOUR for hour in hours], np.int64)
    before = np.maximum.accumulate(np.append(NEVER, times))[:-1]
    late = behind(times, before, calendar)
    assert late is not None
    first = calendar.day(day)
    assert late.places.tolist() == [3, 8]
    assert (late.days - first).tolist() == [0, 0]
    assert (late.reached - first).tolist() == [1, 4]
    found = [(one.begin, one.end, one.reached and one.reached - first) for one in stretches(before, late, calendar)]
    assert found == [(0, 2, None), (2, 8, 1), (8, 10, 4)]


def test_a_batch_of_one_day_is_not_cut() -> None:
    calendar, day = Calendar("UTC"), START // DAY * DAY
    times = np.array([day + DAY, day, day + DAY + HOUR], np.int64)
    before = np.array([day + DAY, day + DAY, day + DAY], np.int64)
    late = behind(times, before, calendar)
    assert late is not None
    assert list(stretches(before, late, calendar)) == [Stretch(0, 3, calendar.day(day + DAY))]
