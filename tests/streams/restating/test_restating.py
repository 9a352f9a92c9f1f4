"""What came late for periods that were over is counted, and told apart, exactly."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import names
from streams.restating.behind import behind
from streams.restating.rounds import rounds
from streams.state.port import NEVER, Snapshot
from streams.time.calendar import Calendar
from streams.time.grains import Buckets, Days
from tests.streams.folding import DAY, HOUR, event
from tests.streams.restating.restated_log import START, Told, folded, log_of, one_by_one, plans, some_events

PLANS = plans()
ZONES = {zone: PLANS[zone] for zone in ("UTC", "Amsterdam")}
"""Whose events ``feeds`` knows."""


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


@pytest.mark.parametrize("name", PLANS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_counts_and_late_series_are_those_told_event_by_event_however_the_log_is_cut(name: str, seed: int) -> None:
    rng, of = random.Random(seed), PLANS[name]
    logs = [log_of(some_events(rng, rng.randrange(1, 60))) for _ in range(2)]
    cuts = [[rng.randrange(60) for _ in range(rng.randrange(5))] for _ in logs]
    for log, snapshot in zip(logs, folded(of, logs, cuts), strict=True):
        found, right = told_by(snapshot), brute(one_by_one(of, log))
        assert found.late == right.late
        if name in ZONES:
            assert found.totals == right.totals


def test_such_logs_restate_every_measure_in_every_unit() -> None:
    rng, told = random.Random(2), Told(Counter(), Counter())
    for _ in range(10):
        one = one_by_one(ZONES["UTC"], log_of(some_events(rng, 60)))
        told = Told(told.totals + one.totals, told.late + one.late)
    measures = ZONES["UTC"].definition.measures
    for measure in measures:
        for over in ("day", "week", "month", "5m"):
            assert told.totals[names.restated_totals(measure, over)[0]] > 0
    assert {series.partition(".")[0] for series, _ in told.late} == measures.keys()
    assert {field.partition("|")[2].partition("|")[0] for _, field in told.late} == {"", "city"}


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
    assert list(late.values()) == [{f"{first + 4}@{first + 5}": 400, f"{first + 4}@{first + 5}|city|": 400}]


def test_an_event_may_be_behind_by_one_grain_and_not_by_another() -> None:
    calendar, day = Calendar("UTC"), START // DAY * DAY
    hours = [0, 25, 26, 20, 50, 51, 50, 52, 100, 3, 101]
    times = np.array([day + hour * HOUR for hour in hours], np.int64)
    before = np.maximum.accumulate(np.append(NEVER, times))[:-1]
    late = behind(times, before, {"day": Days(calendar), "60m": Buckets(HOUR)})
    assert late is not None
    first = calendar.day(day)
    assert late.places.tolist() == [3, 6, 9]
    assert late.over("day").tolist() == [first + 1, NEVER, first + 4]
    assert (late.over("60m") - day // HOUR).tolist() == [26, 51, 100]
    assert behind(times, before, {}) is None
    assert behind(np.sort(times), np.append(NEVER, np.sort(times)[:-1]), {"day": Days(calendar)}) is None


def test_owners_are_folded_in_the_order_of_the_log_cut_where_what_was_reached_is_another() -> None:
    owners = np.array([1, 2, 2, 1, 3, 2, 1])
    keys = np.array([0, 0, 1, 1, 0, 0, 1])
    assert rounds(owners, np.arange(7), keys).tolist() == [0, 0, 1, 1, 0, 2, 1]
    assert rounds(owners, np.arange(7)[::-1], keys).tolist() == [1, 2, 1, 0, 0, 0, 0]
    assert rounds(owners[:0], owners[:0], keys[:0]).tolist() == []
