"""Periods are unions of days, windows are contiguous, and neither ends where a calendar of the machine does."""

import itertools
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition.model import Calendar as CalendarWindow
from schemas.definition.model import Lifetime, RollingDays, RollingSpan, Unit, Window
from streams.time.calendar import Calendar
from streams.time.grains import DAY, HOUR, MINUTE
from streams.time.spans import last_complete, running
from tests.streams.time.wall_clocks import ms

ZONES = ["Europe/Amsterdam", "America/St_Johns", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo"]
CALENDARS = {zone: Calendar(zone) for zone in [*ZONES, "Pacific/Apia", "America/New_York", "UTC"]}
WEEKS: list[Literal["monday", "sunday"]] = ["monday", "sunday"]
LATEST = 253_402_300_799_999
"""The last millisecond of the year 9999, the latest time that an event may bear."""
FOUR_CENTURIES = 146_097

ordinals = st.integers(date(1969, 1, 1).toordinal(), date(2110, 1, 1).toordinal())
zones = st.sampled_from(list(CALENDARS))


def begins(unit: Unit, day: date, week_starts: str) -> bool:
    """Whether a period of this unit begins on this day, by its date alone."""
    match unit:
        case Unit.DAY:
            return True
        case Unit.WEEK:
            return day.isoweekday() == (1 if week_starts == "monday" else 7)
        case Unit.MONTH:
            return day.day == 1
        case Unit.QUARTER:
            return (day.month, day.day) in {(1, 1), (4, 1), (7, 1), (10, 1)}
        case Unit.YEAR:
            return (day.month, day.day) == (1, 1)


@pytest.mark.parametrize("week_starts", WEEKS)
@pytest.mark.parametrize("unit", list(Unit))
def test_a_period_is_all_days_from_where_one_begins_to_where_the_next_does(
    unit: Unit, week_starts: Literal["monday", "sunday"]
) -> None:
    calendar, first = Calendar("UTC", week_starts), date(1969, 1, 1)
    days = [first + timedelta(i) for i in range(141 * 366)]
    numbers = [calendar.period(unit, day.toordinal()) for day in days]
    for before, after, day in zip(numbers, numbers[1:], days[1:], strict=False):
        assert after - before == begins(unit, day, week_starts)
        if after != before:
            assert calendar.first_day(unit, after) == day.toordinal()


@given(ordinals, st.sampled_from(list(Unit)), st.sampled_from(WEEKS), st.integers(1, 20))
def test_periods_repeat_every_four_centuries_without_end(
    day: int, unit: Unit, week_starts: Literal["monday", "sunday"], times: int
) -> None:
    calendar, later = Calendar("UTC", week_starts), times * FOUR_CENTURIES
    period, then = calendar.period(unit, day), calendar.period(unit, day + later)
    assert calendar.first_day(unit, then) == calendar.first_day(unit, period) + later
    assert calendar.first_day(unit, then + 1) == calendar.first_day(unit, period + 1) + later


@pytest.mark.parametrize("week_starts", WEEKS)
@pytest.mark.parametrize("zone", ZONES)
def test_calendar_windows_of_years_lie_end_to_end(zone: str, week_starts: Literal["monday", "sunday"]) -> None:
    calendar = Calendar(zone, week_starts)
    for unit in Unit:
        t, end = ms("2009-11-01T00:00+00:00"), ms("2020-02-01T00:00+00:00")
        while t < end:
            now = running(calendar, CalendarWindow(unit), t)
            last = running(calendar, CalendarWindow(unit), now.end_ms - 1)
            finished = last_complete(calendar, CalendarWindow(unit), now.end_ms)
            assert now.start_ms is not None
            assert now.start_ms <= t
            assert (last.first, last.start_ms, last.end_ms, last.whole) == (now.first, now.start_ms, now.end_ms, True)
            assert finished == last
            assert running(calendar, CalendarWindow(unit), now.end_ms).start_ms == now.end_ms
            assert last_complete(calendar, CalendarWindow(unit), now.end_ms - 1) != last
            t = now.end_ms


@settings(max_examples=300, deadline=None)
@given(zones, st.integers(0, ms("2105-01-01T00:00+00:00")), st.integers(1, 3660))
def test_rolling_days_end_with_the_running_day_and_complete_ones_just_before_it(zone: str, t: int, days: int) -> None:
    calendar = CALENDARS[zone]
    now, before = running(calendar, RollingDays(days), t), last_complete(calendar, RollingDays(days), t)
    assert now.first is not None
    assert before is not None
    assert now.last - now.first + 1 == days
    assert calendar.start(now.last) <= t < now.end_ms
    assert before.end_ms == calendar.start(now.last)
    assert (before.first, before.last) == (now.first - 1, now.last - 1)
    assert (now.start_ms, before.start_ms) == (calendar.start(now.first), calendar.start(now.first - 1))


@given(zones, st.integers(0, LATEST), st.sampled_from([(5 * MINUTE, MINUTE), (HOUR, 5 * MINUTE), (2 * DAY, HOUR)]))
def test_rolling_spans_below_a_day_are_cut_in_utc_in_every_zone(zone: str, t: int, window: tuple[int, int]) -> None:
    span, grain = window
    now = running(CALENDARS[zone], RollingSpan(span, grain), t)
    before = last_complete(CALENDARS[zone], RollingSpan(span, grain), t)
    assert before is not None
    assert before.end_ms == t - t % grain
    assert before.end_ms <= t < now.end_ms == before.end_ms + grain
    for one in (now, before):
        assert one.start_ms is not None
        assert one.end_ms - one.start_ms == span


@pytest.mark.parametrize("window", [*map(CalendarWindow, Unit), RollingDays(3660), RollingSpan(HOUR), Lifetime()])
def test_every_window_can_be_read_at_the_first_and_the_last_time_an_event_may_bear(window: Window) -> None:
    for calendar, t in itertools.product(CALENDARS.values(), [0, 1, LATEST - 7 * DAY, LATEST]):
        now, before = running(calendar, window, t), last_complete(calendar, window, t)
        assert (now.start_ms is None) == (before is None) == isinstance(window, Lifetime)
        assert t < now.end_ms
        if now.start_ms is not None and before is not None and before.start_ms is not None:
            assert before.start_ms < now.start_ms <= t
            assert before.end_ms <= t


@pytest.mark.parametrize("zone", sorted(CALENDARS))
def test_days_go_on_past_both_ends_of_the_table_and_past_the_year_9999(zone: str) -> None:
    calendar = CALENDARS[zone]
    for t in [0, ms("1969-12-25T00:00+00:00"), ms("2101-01-01T00:00+00:00"), LATEST, LATEST + 40 * DAY]:
        days = range(calendar.day(t) - 3, calendar.day(t) + 3)
        for day, after in itertools.pairwise(days):
            assert 23 * HOUR <= calendar.start(after) - calendar.start(day) <= 25 * HOUR
            edges = [calendar.start(day), calendar.start(after) - 1, calendar.start(after)]
            assert [calendar.day(edge) for edge in edges] == [day, day, after]
            assert calendar.days(np.array([*edges, 0])).tolist() == [day, day, after, calendar.day(0)]
