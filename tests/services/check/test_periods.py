"""Periods are complete, side by side, inside the file, and as many as it holds."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model
from schemas.definition.model import Lifetime, RollingDays, RollingSpan, Unit, Window
from services.check.periods import MOST, Period, complete_periods
from streams.time.calendar import Calendar
from streams.time.grains import DAY, HOUR, MINUTE
from streams.time.spans import Span, running

ZONES = {name: Calendar(name) for name in ("UTC", "Europe/Amsterdam", "Asia/Kathmandu", "America/St_Johns")}
WEEK_MS = 7 * DAY
WINDOWS: list[Window] = [
    *map(model.Calendar, Unit),
    *map(RollingDays, (1, 2, 7, 9, 28)),
    RollingSpan(HOUR),
    RollingSpan(7 * HOUR, HOUR),
    RollingSpan(30 * MINUTE, 15 * MINUTE),
]

zones = st.sampled_from(sorted(ZONES)).map(ZONES.__getitem__)
times = st.integers(1_000_000_000_000, 1_800_000_000_000)
extents = st.tuples(times, st.integers(0, 500 * DAY)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def begin_of(calendar: Calendar, window: Window, first_ms: int) -> int:
    """From where the file is taken to be whole."""
    if isinstance(window, RollingSpan):
        return first_ms // window.grain_ms * window.grain_ms
    return calendar.start(calendar.day(first_ms))


def length_of(span: Span) -> int:
    assert span.start_ms is not None
    return span.end_ms - span.start_ms


@settings(deadline=None)
@given(zones, st.sampled_from(WINDOWS), extents)
def test_each_period_is_complete_and_inside_the_file_and_they_stand_side_by_side(
    calendar: Calendar, window: Window, extent: tuple[int, int]
) -> None:
    spans = [running(calendar, window, one.at_ms) for one in complete_periods(calendar, window, extent)]
    for span in spans:
        assert span.whole
        assert span.start_ms is not None
        assert begin_of(calendar, window, extent[0]) <= span.start_ms
        assert span.end_ms <= extent[1]
    assert all(after.start_ms == before.end_ms for before, after in pairwise(spans))


@settings(deadline=None)
@given(zones, st.sampled_from(WINDOWS), extents)
def test_no_period_more_would_fit(calendar: Calendar, window: Window, extent: tuple[int, int]) -> None:
    periods = complete_periods(calendar, window, extent)
    if not periods or len(periods) == MOST:
        return
    spans = [running(calendar, window, one.at_ms) for one in periods]
    first, last = spans[0], spans[-1]
    assert first.start_ms is not None
    earlier = running(calendar, window, first.start_ms - 1)
    assert earlier.start_ms is not None
    assert earlier.start_ms < begin_of(calendar, window, extent[0])
    grain_ms = window.grain_ms if isinstance(window, RollingSpan) else 0
    after = last.end_ms if isinstance(window, model.Calendar) else last.end_ms + max(grain_ms - 1, 0)
    assert running(calendar, window, after).end_ms > extent[1]


@settings(deadline=None)
@given(zones, st.sampled_from(WINDOWS), extents)
def test_what_is_shorter_than_a_week_is_compared_with_the_week_before_and_the_rest_with_the_period_before(
    calendar: Calendar, window: Window, extent: tuple[int, int]
) -> None:
    periods = complete_periods(calendar, window, extent)
    for before, one in pairwise((None, *periods)):
        assert one is not None
        if one.before_ms is None:
            continue
        span, earlier = running(calendar, window, one.at_ms), running(calendar, window, one.before_ms)
        assert earlier.start_ms is not None
        assert earlier.start_ms >= begin_of(calendar, window, extent[0])
        if length_of(span) < WEEK_MS - 2 * HOUR:
            assert abs(one.at_ms - one.before_ms - WEEK_MS) <= 2 * HOUR  # clocks change
        else:
            assert before is None or before.at_ms == one.before_ms


def test_a_lifetime_has_no_periods_and_a_short_file_none_of_a_long_window() -> None:
    calendar = ZONES["UTC"]
    assert complete_periods(calendar, Lifetime(), (0, 400 * DAY)) == []
    assert complete_periods(calendar, RollingDays(28), (0, 28 * DAY - 1)) == []
    assert complete_periods(calendar, RollingDays(28), (0, 28 * DAY)) == [Period(28 * DAY - 1, None)]


def test_of_many_periods_the_latest_are_taken() -> None:
    periods = complete_periods(ZONES["UTC"], RollingSpan(HOUR), (0, 365 * DAY))
    assert len(periods) == MOST
    assert periods[-1].at_ms == 365 * DAY - 1
