"""Days and periods: every instant lies in exactly one, whatever the clocks do."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition.model import Calendar as CalendarWindow
from schemas.definition.model import Lifetime, RollingDays, RollingSpan, Unit
from streams.time.calendar import Calendar
from streams.time.grains import HOUR, Buckets, Days
from streams.time.spans import last_complete, running

ZONES = [
    "UTC",
    "Europe/Amsterdam",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/New_York",
]
CALENDARS = {zone: Calendar(zone) for zone in ZONES}
instants = st.integers(0, 4_000_000_000_000)


def ms(text: str) -> int:
    """Epoch milliseconds of an ISO time."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ZONES), instants)
def test_each_instant_lies_in_exactly_one_day_which_is_its_local_date(zone: str, t: int) -> None:
    calendar = CALENDARS[zone]
    day = calendar.day(t)
    assert calendar.start(day) <= t < calendar.start(day + 1)
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=t)).astimezone(ZoneInfo(zone)).toordinal()
    assert day == local or (day == local + 1 and zone == "America/St_Johns")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ZONES), st.lists(st.integers(-(10**12), 10**13), max_size=20))
def test_a_column_of_days_is_the_days_one_by_one(zone: str, times: list[int]) -> None:
    calendar = CALENDARS[zone]
    assert calendar.days(np.array(times, np.int64)).tolist() == [calendar.day(t) for t in times]


@pytest.mark.parametrize("zone", ZONES)
def test_days_and_periods_follow_each_other_without_gap_or_overlap(zone: str) -> None:
    calendar = CALENDARS[zone]
    first = calendar.day(ms("2009-12-30T00:00:00+00:00"))
    starts = [calendar.start(day) for day in range(first, first + 7000)]
    assert all(a <= b for a, b in itertools.pairwise(starts))
    assert sum(a == b for a, b in itertools.pairwise(starts)) == (zone == "Pacific/Apia")  # 2011-12-30 was not
    for unit in Unit:
        for day in range(first, first + 3000):
            period = calendar.period(unit, day)
            assert calendar.first_day(unit, period) <= day < calendar.first_day(unit, period + 1)


@pytest.mark.parametrize(("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_of_changing_clocks_has_23_or_25_hours(date: str, hours: int) -> None:
    calendar = CALENDARS["Europe/Amsterdam"]
    day = datetime.fromisoformat(date).toordinal()
    assert calendar.start(day + 1) - calendar.start(day) == hours * HOUR


def test_kathmandu_begins_its_day_at_a_quarter_past_six_in_utc() -> None:
    calendar = CALENDARS["Asia/Kathmandu"]
    day = datetime(2026, 5, 2, tzinfo=UTC).toordinal()
    assert calendar.start(day) == ms("2026-05-01T18:15:00+00:00")


def test_weeks_start_on_monday_unless_sunday_was_asked_for() -> None:
    sunday = datetime(2026, 11, 22, tzinfo=UTC).toordinal()
    iso, us = Calendar("UTC"), Calendar("UTC", "sunday")
    assert iso.period(Unit.WEEK, sunday) == iso.period(Unit.WEEK, sunday - 1)
    assert us.period(Unit.WEEK, sunday) == us.period(Unit.WEEK, sunday - 1) + 1
    assert iso.first_day(Unit.WEEK, iso.period(Unit.WEEK, sunday)) == sunday - 6
    assert us.first_day(Unit.WEEK, us.period(Unit.WEEK, sunday)) == sunday


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), instants, st.sampled_from(list(Unit)))
def test_a_period_runs_from_its_local_start_and_the_last_complete_one_ends_there(zone: str, t: int, unit: Unit) -> None:
    calendar, window = CALENDARS[zone], CalendarWindow(unit)
    now, before = running(calendar, window, t), last_complete(calendar, window, t)
    assert before is not None
    assert now.start_ms is not None
    assert now.start_ms <= t < now.end_ms
    assert before.end_ms == now.start_ms
    assert now.last == calendar.day(t)
    assert before.last + 1 == now.first


def test_rolling_windows_hold_as_many_pieces_as_they_say() -> None:
    calendar, t = CALENDARS["Europe/Amsterdam"], ms("2026-03-30T12:02:00+02:00")
    days = running(calendar, RollingDays(3), t)
    assert (days.last - (days.first or 0) + 1, days.end_ms - (days.start_ms or 0)) == (3, (23 + 24 + 24) * HOUR)
    buckets = running(calendar, RollingSpan(HOUR), t)
    assert buckets.last - (buckets.first or 0) + 1 == 12
    assert (buckets.start_ms, buckets.end_ms) == (ms("2026-03-30T11:05:00+02:00"), ms("2026-03-30T12:05:00+02:00"))
    complete = last_complete(calendar, RollingSpan(HOUR), t)
    assert complete is not None
    assert complete.end_ms == ms("2026-03-30T12:00:00+02:00")


def test_a_lifetime_never_completes() -> None:
    assert running(CALENDARS["UTC"], Lifetime(), 0).first is None
    assert last_complete(CALENDARS["UTC"], Lifetime(), 0) is None


@given(instants, st.sampled_from([60_000, 300_000, HOUR]))
def test_an_instant_lies_in_its_bucket(t: int, size: int) -> None:
    grain = Buckets(size)
    assert grain.start(grain.of(t)) <= t < grain.start(grain.of(t) + 1)


@given(instants, instants)
def test_days_never_fall_as_time_rises(a: int, b: int) -> None:
    grain = Days(CALENDARS["America/St_Johns"])
    low, high = min(a, b), max(a, b)
    assert grain.of(low) <= grain.of(high)
