"""Arithmetic on readings is arithmetic on what happened: over random events, around days of 23 and 25 hours."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model, steering
from schemas.definition.model import Calendar, RollingDays, RollingSpan, Unit, Window
from streams.cells import Cells
from streams.plan import compile_plan, measures_of
from streams.readings import AsOf, Readings
from streams.segmentation import segmented_by
from streams.wanted import keys_between, wanted_keys
from tests.reference.stretches import FOR_EVER_MS, NEVER_MS, LocalTime
from tests.streams.arithmetic import SPLIT, VALUES, Meaning, tree, with_arithmetic
from tests.streams.folding import DAY, HOUR, PartitionFold, definition, event, fold_log, raws, the_source
from tests.streams.laws import only

ZONE = ZoneInfo("Europe/Amsterdam")
WINDOWS: tuple[Window, ...] = (*map(Calendar, Unit), RollingDays(3), RollingDays(28), RollingSpan(2 * HOUR))
PLAN = compile_plan(with_arithmetic(definition("Europe/Amsterdam"), WINDOWS))
TIME = LocalTime(ZONE, "monday")
CHANGES = [round(datetime(*day, tzinfo=UTC).timestamp()) * 1000 for day in ((2027, 3, 28, 1), (2027, 10, 31, 1))]
"""The instants at which Amsterdam's clocks change."""


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict[str, Any]], int]:
    """Orders and views of two months around a change of clocks, and a moment there."""
    middle = draw(st.sampled_from(CHANGES))
    near = st.integers(-3 * DAY, 3 * DAY) | st.integers(-75 * DAY, 5 * DAY)
    events = []
    for n in range(draw(st.integers(0, 40))):
        properties: dict[str, Any] = {"amount": draw(st.sampled_from([12.34, 60, -5, 0]))}
        if city := draw(st.sampled_from(["Ede", "Urk", ""])):
            properties["city"] = city
        type_, user = draw(st.sampled_from(["order", "order", "view"])), draw(st.sampled_from("vwx"))
        events.append(event(f"e{n}", type_, user, middle + draw(near), **properties))
    return events, middle + draw(near)


def folded(events: list[dict[str, Any]]) -> PartitionFold:
    return fold_log(the_source(PLAN), raws(events))


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from(WINDOWS), st.sampled_from(sorted(VALUES)), st.integers(-2 * DAY, 40 * DAY))
def test_every_metric_is_what_its_words_say_at_any_moment(
    history: tuple[list[dict[str, Any]], int], window: Window, name: str, read_on: int
) -> None:
    events, at = history
    as_of = at + read_on
    readings = Readings(PLAN, Cells.of([folded(events).snapshot()]), AsOf(as_of, as_of))
    meant, stretch = Meaning(PLAN.definition, events, TIME), TIME.stretch(window, at, as_of)
    whole = readings.running(name, window, at)
    assert whole.value == meant.of(name, window, stretch)
    assert whole.complete == stretch.over
    segments = {one.segment: one.value for one in readings.segments(name, window, at)}
    assert name in SPLIT or not segments
    for city, value in segments.items():
        assert value == meant.of(name, window, stretch, "" if city == "none" else city)


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from(list(Unit)), st.sampled_from(sorted([*VALUES, "m_customers", "m_revenue"])))
def test_pace_is_the_metric_over_as_many_days_of_the_period_before(
    history: tuple[list[dict[str, Any]], int], unit: Unit, name: str
) -> None:
    (events, at), window = history, Calendar(unit)
    readings = Readings(PLAN, Cells.of([folded(events).snapshot()]), AsOf(at, at))
    meant = Meaning(PLAN.definition, events, TIME)
    before = TIME.before(window, TIME.stretch(window, at, NEVER_MS), 1)
    for one in (readings.running(name, window, at), *readings.segments(name, window, at)):
        city = {"": None, "none": ""}.get(one.segment, one.segment)
        value = meant.of(name, window, before, city)
        if value is None:
            assert one.pace is None
        else:
            assert one.pace is not None
            assert (one.pace.value, one.pace.start_ms, one.pace.end_ms) == (value, before.begin_ms, before.end_ms)
            assert one.pace.numerator / (one.pace.denominator or 1) == value


@settings(max_examples=40, deadline=None)
@given(histories(), st.sampled_from(WINDOWS), st.sampled_from(sorted(VALUES)))
def test_the_last_complete_reading_is_that_of_its_last_moment_compared_with_a_whole_period(
    history: tuple[list[dict[str, Any]], int], window: Window, name: str
) -> None:
    events, at = history
    readings = Readings(PLAN, Cells.of([folded(events).snapshot()]), AsOf(at, at))
    last = readings.last_complete(name, window)
    assert last is not None
    stretch = TIME.stretch(window, last.end_ms - 1, FOR_EVER_MS)
    assert (last.complete, last.pace, stretch.end_ms) == (True, None, last.end_ms)
    assert last.value == Meaning(PLAN.definition, events, TIME).of(name, window, stretch)


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 50 * DAY))
def test_the_keys_that_are_asked_for_hold_all_that_the_readings_need(
    history: tuple[list[dict[str, Any]], int], back: int
) -> None:
    events, at = history
    snapshot, as_of = folded(events).snapshot(), AsOf(at - back // 20, 0)
    whole = Readings(PLAN, Cells.of([snapshot]), as_of)
    part = Readings(PLAN, Cells.of([only(snapshot, wanted_keys(PLAN, at, as_of.watermark_ms))]), as_of)
    for name, metric in PLAN.definition.metrics.items():
        for window in metric.windows:
            running = whole.running(name, window, at)
            assert part.running(name, window, at) == running
            assert part.value(name, window, at) == (running.numerator, running.denominator)
            assert list(part.segments(name, window, at)) == list(whole.segments(name, window, at))
            assert part.last_complete(name, window) == whole.last_complete(name, window)
            assert list(part.segments_now(name, window, at)) == list(whole.segments_now(name, window, at))
    for name in VALUES:
        for window in WINDOWS:
            between = Readings(PLAN, Cells.of([only(snapshot, keys_between(PLAN, name, window, at - back, at))]), as_of)
            for moment in (at - back, at - back // 2, at):
                assert between.running(name, window, moment) == whole.running(name, window, moment)


def instant(*local: int) -> int:
    return round(datetime(*local, tzinfo=ZONE).timestamp() * 1000)  # type: ignore[misc, arg-type]  # a date and a time


def orders(*days: tuple[int, int, int]) -> Cells:
    """One order at noon of each of these days."""
    events = [event(f"e{n}", "order", "v", instant(*day, 12)) for n, day in enumerate(days)]
    return Cells.of([folded(events).snapshot()])


MONTH = Calendar(Unit.MONTH)


@pytest.mark.parametrize(
    ("at", "as_of", "growth", "pace"),
    [
        # January: 1, 15, 30, 31; February: 1, 28; March: 2, 3, 30
        ((2027, 3, 1, 23), (2027, 3, 1, 23), Fraction(-1), 1),  # none in a day against one
        ((2027, 3, 2, 9), (2027, 3, 2, 9), Fraction(0), 1),
        ((2027, 3, 27, 9), (2027, 3, 27, 9), Fraction(1), 1),
        ((2027, 3, 28, 9), (2027, 3, 28, 9), Fraction(0), 2),  # the clocks change; all of February from here on
        ((2027, 3, 31, 9), (2027, 3, 31, 9), Fraction(1, 2), 2),
        ((2027, 2, 28, 9), (2027, 2, 28, 9), Fraction(0), 2),  # running: 28 days of January
        ((2027, 2, 28, 9), (2027, 3, 1, 0), Fraction(-1, 2), 2),  # complete: all of January
        ((2027, 1, 31, 9), (2027, 3, 1, 0), None, 0),  # nothing in December: a growth over nothing, a pace of nothing
    ],
)
def test_a_running_month_is_compared_with_as_many_days_and_a_complete_one_with_a_whole(
    at: tuple[int, ...], as_of: tuple[int, ...], growth: Fraction | None, pace: int
) -> None:
    january = [(2027, 1, day) for day in (1, 15, 30, 31)]
    cells = orders(*january, (2027, 2, 1), (2027, 2, 28), (2027, 3, 2), (2027, 3, 3), (2027, 3, 30))
    readings = Readings(PLAN, cells, AsOf(instant(*as_of), 0))
    assert readings.running("order_growth", MONTH, instant(*at)).value == growth
    paced = readings.running("m_orders", MONTH, instant(*at)).pace
    assert paced is not None
    assert paced.value == pace


@pytest.mark.parametrize(
    ("window", "growth"),
    [
        (MONTH, Fraction(1)),  # 4 in ten days of March against 2 in as many of January
        (RollingDays(3), Fraction(3)),  # 4 in March 8 to 10 against 1 in March 2 to 4
        (RollingSpan(2 * HOUR), Fraction(1)),  # 4 in the two hours to 12:05 against 2 in those to 8:05
    ],
)
def test_a_growth_over_two_periods_skips_the_one_between(window: Window, growth: Fraction) -> None:
    at = instant(2027, 3, 10, 12)
    now = [at - n * HOUR // 2 for n in range(4)]
    lately = [instant(2027, 3, 10, 7), instant(2027, 3, 10, 8)]
    before = [instant(2027, 1, 10, 1), instant(2027, 1, 3, 1), instant(2027, 1, 11, 1), instant(2027, 3, 2, 9)]
    times = {MONTH: now + before[:3], RollingDays(3): [*now, before[3]], RollingSpan(2 * HOUR): now + lately}[window]
    between = {MONTH: instant(2027, 2, 1, 9), RollingDays(3): instant(2027, 3, 6, 9)}.get(window, at - 3 * HOUR)
    events = [event(f"e{n}", "order", "v", t) for n, t in enumerate([*times, *[between] * 9])]
    growths = {"growth": model.Metric(name="growth", value=model.Growth("orders", 2), windows=(window,))}
    plan = compile_plan(msgspec.structs.replace(PLAN.definition, metrics=growths))
    cells = Cells.of([fold_log(the_source(plan), raws(events)).snapshot()])
    assert Readings(plan, cells, AsOf(at, 0)).running("growth", window, at).value == growth


def test_there_is_no_pace_until_the_period_before_was_read_that_far_nor_outside_calendars() -> None:
    cells, at = orders((2027, 2, 1), (2027, 3, 1)), instant(2027, 3, 10, 12)
    known, unknown = (AsOf(instant(2027, 2, day, hour), 0) for day, hour in ((11, 0), (10, 23)))
    assert Readings(PLAN, cells, known).running("m_orders", MONTH, at).pace is not None
    assert Readings(PLAN, cells, unknown).running("m_orders", MONTH, at).pace is None
    assert Readings(PLAN, cells, AsOf(at, 0)).running("m_orders", RollingDays(28), at).pace is None
    assert Readings(PLAN, cells, AsOf(at, 0)).running("order_value", Calendar(Unit.DAY), at).pace is None, (
        "over nothing"
    )


def test_what_is_missing_is_never_0() -> None:
    readings = Readings(PLAN, Cells.of([]), AsOf(CHANGES[0], 0))
    for name in VALUES:
        reading = readings.running(name, MONTH, CHANGES[0])
        assert (reading.value, reading.pace) == (None, None), name
        assert reading.denominator == 0


def test_a_formula_that_divides_last_says_what_it_divides() -> None:
    cells, at = orders((2027, 3, 1), (2027, 3, 2)), instant(2027, 3, 10, 12)
    readings = Readings(PLAN, cells, AsOf(at, 0))
    mixed, percent = (readings.running(name, MONTH, at) for name in ("mixed", "big_percent"))
    assert (mixed.numerator, mixed.denominator, mixed.value) == (Fraction(-1, 2), Fraction(-2), Fraction(1, 4))
    assert (percent.numerator, percent.denominator, percent.value) == (Fraction(0), None, Fraction(0))


def test_a_metric_rests_on_each_of_its_measures_once_and_is_split_as_all_of_them_are() -> None:
    assert list(measures_of(PLAN.definition, "formula_of_growth")) == ["revenue", "orders"]
    assert list(measures_of(PLAN.definition, "mixed")) == ["revenue", "orders", "repeats", "customers"]
    split = {name for name in VALUES if segmented_by(PLAN.definition, name) == ("city",)}
    assert split == set(SPLIT)


def test_metrics_that_stand_on_each_other_many_times_over_are_read_at_once() -> None:
    given = definition()
    metrics = {
        f"m{n}": model.Metric(
            name=f"m{n}",
            value=model.Formula(tree(" + ".join([f"m{n - 1}"] * 30 if n else ["orders"] * 30)))
            if n % 2 == 0
            else model.Growth(f"m{n - 1}"),
            windows=(MONTH,),
        )
        for n in range(6)
    }
    plan = compile_plan(msgspec.structs.replace(given, metrics=metrics, north_star=steering.NorthStar(metric="m0")))
    readings = Readings(plan, Cells.of([]), AsOf(CHANGES[0], 0))
    assert readings.running("m4", MONTH, CHANGES[0]).value is None


def test_events_without_a_value_have_a_share_of_their_own() -> None:
    share = model.Metric(name="homeless", value=model.Share("orders", "city", ("none", "Ede")), windows=(MONTH,))
    plan = compile_plan(msgspec.structs.replace(PLAN.definition, metrics={"homeless": share}))
    cities = [{"city": "Ede"}, {}, {"city": "none"}, {"city": "Urk"}, {"city": "Epe"}]
    events = [event(f"e{n}", "order", "v", CHANGES[0] + n, **city) for n, city in enumerate(cities)]
    cells = Cells.of([fold_log(the_source(plan), raws(events)).snapshot()])
    reading = Readings(plan, cells, AsOf(CHANGES[0], 0)).running("homeless", MONTH, CHANGES[0])
    assert (reading.numerator, reading.denominator) == (Fraction(3), Fraction(5))
    assert reading.value == Fraction(3, 5)
