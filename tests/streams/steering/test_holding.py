"""What was reached counts as held when complete periods say so, one after the other."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.definition import model
from schemas.definition.steering import Better, Hold, KeyResult
from streams.steering.comparable import Comparable
from streams.steering.course import Course
from streams.steering.holding import (
    MOST_PERIODS,
    Held,
    Period,
    held,
    hold_course,
    hold_progress,
    last_day_of,
    left_of,
    length_of,
    spans_of,
)
from streams.steering.way import Way, way_of_result
from streams.time.calendar import Calendar
from streams.time.grains import DAY, HOUR

AMSTERDAM = Calendar("Europe/Amsterdam")
SINCE, BY = date(2026, 1, 5), date(2026, 12, 31)
WEEK, MONTH = model.Calendar(model.Unit.WEEK), model.Calendar(model.Unit.MONTH)
WINDOWS: list[model.Window] = [WEEK, MONTH, model.RollingDays(28), model.RollingSpan(6 * HOUR)]


def result(days: int = 28, better: Better = "higher", **said: object) -> KeyResult:
    given_: dict[str, object] = {"since": SINCE, "by": BY, "base": 0.0, **said}
    return KeyResult(name="k", metric="m", aim=Hold(10.0, days), better=better, **given_)  # type: ignore[arg-type]


def moment(day: date, hours: int = 12) -> int:
    return AMSTERDAM.start(day.toordinal()) + hours * HOUR


def periods(told: str, length_ms: int = 7 * DAY) -> list[Period]:
    """In the order of time, x as good as the target, o not, . without a value; given back latest first."""
    values = {"x": Fraction(10), "o": Fraction(9), ".": None}
    found = [Period(values[one], length_ms, 7 * number + 6) for number, one in enumerate(told)]
    return found[::-1]


@pytest.mark.parametrize(
    ("told", "longest", "latest"),
    [
        ("", 0, 0),
        ("o", 0, 0),
        ("x", 1, 1),
        ("oxxoxxx", 3, 3),
        ("xxxxo", 4, 0),
        ("xx.xx", 2, 2),
        ("xxxxxx", 6, 6),
        ("xxxox", 3, 1),
    ],
)
def test_a_run_ends_with_the_first_period_that_is_worse_or_has_no_value(told: str, longest: int, latest: int) -> None:
    so_far = held(way_of_result(result()), periods(told))
    assert (so_far.longest_ms, so_far.latest_ms) == (longest * 7 * DAY, latest * 7 * DAY)
    assert so_far.until == (7 * len(told) - 1 if told else None)


@given(st.lists(st.sampled_from("xo."), max_size=40))
def test_the_runs_are_those_of_the_whole_text(told: list[str]) -> None:
    so_far, text = held(way_of_result(result()), periods("".join(told))), "".join(told)
    runs = text.replace(".", "o").split("o")
    assert so_far.longest_ms == max(map(len, runs)) * 7 * DAY
    assert so_far.latest_ms == len(runs[-1]) * 7 * DAY


@pytest.mark.parametrize("window", WINDOWS)
def test_complete_periods_lie_side_by_side_between_the_two_days(window: model.Window) -> None:
    one = result(since=date(2026, 3, 2), by=date(2026, 8, 2))
    spans = spans_of(AMSTERDAM, window, one, moment(date(2026, 7, 15)))
    assert spans
    assert all(span.whole and span.end_ms <= moment(date(2026, 7, 15)) for span in spans)
    for later, sooner in pairwise(spans):
        if isinstance(window, model.RollingDays):
            assert sooner.last == later.last - 1
        else:
            assert sooner.end_ms == later.start_ms
    first, last = spans[-1], spans[0]
    assert last_day_of(AMSTERDAM, window, last) <= date(2026, 7, 15).toordinal()
    if isinstance(window, model.RollingDays):
        assert first.last == date(2026, 3, 2).toordinal()
    else:
        assert first.start_ms is not None
        assert first.start_ms >= AMSTERDAM.start(date(2026, 3, 2).toordinal())
        assert first.start_ms < AMSTERDAM.start(date(2026, 4, 2).toordinal())


def test_nothing_after_the_due_day_is_judged_and_what_is_due_at_midnight_is_in() -> None:
    one = result(since=date(2026, 3, 2), by=date(2026, 3, 29))  # when clocks change
    for window in (WEEK, model.RollingDays(7), model.RollingSpan(HOUR)):
        spans = spans_of(AMSTERDAM, window, one, moment(date(2026, 6, 1)))
        assert spans[0].end_ms == AMSTERDAM.start(date(2026, 3, 30).toordinal())


def test_without_a_beginning_only_what_is_to_be_held_is_looked_at() -> None:
    at = moment(date(2026, 7, 15))
    lengths = {
        window.label: len(spans_of(AMSTERDAM, window, result(28, since=None, base=None), at)) for window in WINDOWS
    }
    assert lengths == {"week": 4, "month": 1, "28d": 28, "6h": 112}


def test_a_history_without_end_is_cut() -> None:
    day = model.Calendar(model.Unit.DAY)
    one = result(since=date(1, 1, 2), by=None, base=None)
    assert len(spans_of(AMSTERDAM, day, one, moment(date(2026, 7, 15)))) == MOST_PERIODS
    assert len(spans_of(AMSTERDAM, model.Calendar(model.Unit.YEAR), one, moment(date(2026, 7, 15)))) == MOST_PERIODS
    assert spans_of(AMSTERDAM, model.Lifetime(), one, moment(date(2026, 7, 15))) == []


def test_a_period_stands_for_its_days_and_a_window_of_days_for_its_last() -> None:
    at = moment(date(2026, 4, 15))
    lengths = [length_of(window, spans_of(AMSTERDAM, window, result(), at)[0]) for window in WINDOWS]
    assert lengths == [7 * DAY, 31 * DAY, DAY, 6 * HOUR]


def way(better: Better = "higher") -> Way:
    return way_of_result(result(better=better))


@pytest.mark.parametrize(
    ("value", "weeks", "part"),
    [(0, 0, "0"), (5, 0, "1/4"), (10, 0, "1/2"), (10, 2, "3/4"), (9, 0, "9/20"), (12, 3, "7/8")],
)
def test_reaching_is_half_of_it_and_holding_the_other_half(value: int, weeks: int, part: str) -> None:
    so_far = Held(longest_ms=weeks * 7 * DAY, latest_ms=weeks * 7 * DAY, until=1)
    assert hold_progress(way(), Hold(10.0, 28), Fraction(value), so_far) == Fraction(part)


def test_once_held_is_held_whatever_comes_after() -> None:
    so_far = Held(longest_ms=28 * DAY, latest_ms=0, until=SINCE.toordinal() + 100)
    assert hold_progress(way(), Hold(10.0, 28), Fraction(1), so_far) == 1
    assert hold_course(way(), result(), Comparable(Fraction(1), SINCE.toordinal() + 100), so_far) == "ahead"
    over = Held(longest_ms=28 * DAY, latest_ms=0, until=BY.toordinal())
    assert hold_course(way(), result(), Comparable(Fraction(1), BY.toordinal()), over) == "on_course"


def test_without_a_base_holding_is_all_of_it_and_without_a_value_nothing_is_known() -> None:
    bare = way_of_result(result(base=None))
    assert hold_progress(bare, Hold(10.0, 28), Fraction(10), Held(latest_ms=7 * DAY, longest_ms=7 * DAY)) == Fraction(
        1, 4
    )
    assert hold_progress(way(), Hold(10.0, 28), None, Held()) is None
    assert hold_course(way(), result(), None, Held()) is None


@pytest.mark.parametrize(
    ("until", "value", "weeks", "told"),
    [
        (date(2026, 11, 1), 10, 0, "ahead"),  # the way is not at its end before 3 December
        (date(2026, 12, 3), 10, 0, "on_course"),  # 28 days are left, and that is enough
        (date(2026, 12, 4), 10, 0, "behind"),
        (date(2026, 12, 17), 10, 2, "on_course"),
        (date(2026, 12, 20), 10, 2, "behind"),
        (date(2026, 7, 1), 5, 0, "on_course"),
        (date(2026, 7, 1), 1, 0, "behind"),
    ],
)
def test_who_has_too_few_days_left_to_hold_it_is_behind(until: date, value: int, weeks: int, told: Course) -> None:
    so_far = Held(longest_ms=weeks * 7 * DAY, latest_ms=weeks * 7 * DAY, until=until.toordinal())
    assert hold_course(way(), result(), Comparable(Fraction(value), until.toordinal()), so_far) == told


@given(st.integers(0, 30), st.integers(0, 60), st.sampled_from(["higher", "lower"]))
def test_progress_stays_between_0_and_1(value: int, days: int, better: Better) -> None:
    base, target = (0.0, 10.0) if better == "higher" else (20.0, 10.0)
    one = way_of_result(result(better=better, base=base))
    part = hold_progress(one, Hold(target, 28), Fraction(value), Held(longest_ms=days * DAY, latest_ms=days * DAY))
    assert part is not None
    assert 0 <= part <= 1
    assert (part == 1) == (days >= 28)


@pytest.mark.parametrize(
    ("zone", "skipped"), [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))]
)
@pytest.mark.parametrize("window", [model.RollingDays(7), model.Calendar(model.Unit.DAY)])
def test_a_day_that_a_zone_left_out_is_gone_past_like_any_other(zone: str, skipped: date, window: model.Window) -> None:
    calendar, day = Calendar(zone), skipped.toordinal()
    one = result(since=date.fromordinal(day - 3), by=date.fromordinal(day + 3))
    spans = spans_of(calendar, window, one, calendar.start(day + 10))
    assert [span.last for span in spans] == list(range(day + 3, day - 4, -1))


@pytest.mark.parametrize(("hours", "told"), [(13, "on_course"), (12, "behind")])
def test_what_is_left_of_a_day_after_the_last_window_of_hours_can_still_be_held(hours: int, told: Course) -> None:
    """Two days are due tomorrow: whoever held since midnight has just enough left, whoever began later has not."""
    window, day = model.RollingSpan(HOUR), date(2026, 7, 15)
    one = result(2, since=date(2026, 7, 1), by=date(2026, 7, 16))
    span = spans_of(AMSTERDAM, window, one, moment(day, 13))[0]
    found = [
        Period(Fraction(10), HOUR, day.toordinal(), left_of(AMSTERDAM, window, span) + n * HOUR) for n in range(hours)
    ]
    so_far = held(way(), [*found, Period(Fraction(9), HOUR, day.toordinal())])
    assert so_far.left_ms == 11 * HOUR
    assert hold_course(way_of_result(one), one, Comparable(Fraction(10), day.toordinal()), so_far) == told
