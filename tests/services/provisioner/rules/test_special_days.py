"""When the comparison with earlier weeks rests."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition.model import (
    Calendar,
    Definition,
    Lifetime,
    Metric,
    Plain,
    RollingDays,
    RollingSpan,
    Unit,
    Window,
)
from schemas.definition.steering import Campaign, CompanyCalendar, Holiday
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.special_days import special_spans
from tests.services.provisioner.example import shop

HOUR = RollingSpan(3_600_000)
MAY_DAY = date(2027, 5, 5)


def declared(*days: date, campaigns: tuple[tuple[date, date], ...] = ()) -> Definition:
    return msgspec.structs.replace(
        shop(),
        calendar=CompanyCalendar(
            holidays=tuple(Holiday(date=day, name="Holiday") for day in days),
            campaigns=tuple(Campaign(name="Sale", start=start, end=end) for start, end in campaigns),
        ),
    )


def spans(definition: Definition, window: Window) -> list[tuple[str, str]]:
    """In UTC, as people write it."""
    metric = Metric(name="m", value=Plain("orders"), windows=(window,))
    found = special_spans(definition, metric, Limits())
    return [
        (f"{datetime.fromtimestamp(a, UTC):%m-%d %H}", f"{datetime.fromtimestamp(b, UTC):%m-%d %H}") for a, b in found
    ]


def test_without_declared_days_it_never_rests() -> None:
    assert spans(declared(), HOUR) == []


def test_of_an_hour_it_rests_from_local_midnight_until_the_last_hour_of_the_day_has_left_the_window() -> None:
    # Amsterdam, in summer two hours ahead of UTC
    assert spans(declared(MAY_DAY), HOUR) == [("05-04 22", "05-05 23")]


def test_a_campaign_of_a_century_as_a_slip_in_its_year_makes_is_one_rest_and_no_long_wait() -> None:
    campaign = declared(campaigns=((date(2026, 11, 27), date(2126, 11, 30)),))
    assert spans(campaign, RollingDays(7)) == [("11-27 23", "12-26 23")]


def test_of_a_calendar_day_it_rests_on_the_day_after() -> None:
    assert spans(declared(MAY_DAY), Calendar(Unit.DAY)) == [("05-05 22", "05-06 22")]


@pytest.mark.parametrize(
    "window", [RollingDays(7), RollingDays(28), Calendar(Unit.WEEK), Calendar(Unit.MONTH), Lifetime()]
)
def test_one_day_in_a_long_window_is_less_than_a_drop(window: Window) -> None:
    assert spans(declared(MAY_DAY), window) == []


def test_two_days_in_a_week_are_more() -> None:
    two = declared(MAY_DAY, MAY_DAY + timedelta(1))
    # the week from Monday 3 May is complete, and compared, from the 10th to the 17th
    assert spans(two, Calendar(Unit.WEEK)) == [("05-09 22", "05-16 22")]
    assert spans(two, RollingDays(7)) == [("05-05 22", "05-11 22")]


def test_a_campaign_counts_with_all_its_days_and_may_be_in_one_of_the_weeks_compared_with() -> None:
    six_days = declared(campaigns=((date(2027, 5, 3), date(2027, 5, 8)),))
    assert spans(six_days, HOUR) == [("05-02 22", "05-08 23")]


def test_after_two_weeks_of_campaign_it_rests_until_only_one_of_four_weeks_is_left() -> None:
    two_weeks = declared(campaigns=((date(2027, 5, 3), date(2027, 5, 16)),))
    assert spans(two_weeks, HOUR) == [("05-02 22", "06-06 23")]


@settings(deadline=None, max_examples=30)
@given(st.sets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=8), st.sampled_from(list(Unit)))
def test_spans_are_in_order_apart_and_begin_and_end_at_full_hours(days: set[date], unit: Unit) -> None:
    for window in (HOUR, Calendar(unit)):
        metric = Metric(name="m", value=Plain("orders"), windows=(window,))
        edges = [edge for span in special_spans(declared(*days), metric, Limits()) for edge in span]
        assert edges == sorted(set(edges))
        assert all(edge % 3600 == 0 for edge in edges)


@settings(deadline=None, max_examples=30)
@given(st.dates(date(2027, 1, 1), date(2027, 12, 31)), st.integers(0, 23))
def test_of_an_hour_every_hour_of_a_declared_day_is_inside(day: date, hour: int) -> None:
    metric = Metric(name="m", value=Plain("orders"), windows=(HOUR,))
    found = special_spans(msgspec.structs.replace(declared(day), time_zone="UTC"), metric, Limits())
    moment = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC).timestamp()
    assert any(start <= moment < end for start, end in found)


def test_of_two_days_in_hours_the_day_in_the_middle_is_covered_too() -> None:
    """From its first hour in the window to its last, 48 hours later: without a gap while both ends lie beside it."""
    assert spans(declared(MAY_DAY), RollingSpan(48 * 3_600_000)) == [("05-04 22", "05-07 22")]
