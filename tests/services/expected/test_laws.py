"""What a band has to know: the week, the clocks, the company's own days, and what was an accident."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from schemas.definition import model
from schemas.definition.steering import Campaign
from services.expected.band import Band
from streams.time.spans import running
from tests.services.expected.shop import (
    Numbers,
    at,
    band_at,
    bands_at,
    before,
    days_of,
    hours_of,
    noisy,
    shop,
    weekly,
)

DAY = model.Calendar(model.Unit.DAY)
WEEK = model.Calendar(model.Unit.WEEK)
MONTH = model.Calendar(model.Unit.MONTH)
MONDAY = date(2026, 6, 15)


@dataclass
class Told:
    """The band of the day before ``today``, a Monday unless said otherwise, after so many days of orders."""

    numbers: Numbers
    today: date = MONDAY
    days: int = 200
    holidays: tuple[date, ...] = ()
    campaigns: tuple[Campaign, ...] = ()

    def band(self) -> Band:
        found = self.found()
        assert found is not None
        return found

    def found(self) -> Band | None:
        plan = shop(DAY, holidays=self.holidays, campaigns=self.campaigns)
        cells = days_of(plan, DAY, self.numbers, (before(self.today, self.days), self.today))
        points = bands_at(plan, cells, DAY, at(plan, self.today))
        return points[0].band if points else None


def inside(band: Band, value: float) -> bool:
    return band.lower <= value <= band.upper


def test_each_weekday_is_expected_as_its_own_kind() -> None:
    for ahead in range(7):
        today = MONDAY + timedelta(days=ahead)
        band, usual = Told(noisy(weekly(1000), 1), today).band(), weekly(1000)(before(today, 1))
        assert band.middle == pytest.approx(usual, rel=0.06)
        assert inside(band, usual)
        assert band.upper < usual * 1.5
        assert band.lower > usual * 0.65


def test_a_drop_of_a_third_lies_below_the_band_of_a_steady_shop() -> None:
    assert Told(noisy(weekly(1000), 2)).band().lower > 0.67 * weekly(1000)(before(MONDAY, 1))


@pytest.mark.parametrize("ago", [1, 8, 30])
def test_a_week_of_outage_moves_the_band_little_and_never_as_far_as_the_outage(ago: int) -> None:
    usual = noisy(weekly(1000), 3)
    away = {before(MONDAY, 1 + ago + one) for one in range(7)}

    def out(day: date) -> float:
        return 0.1 * usual(day) if day in away else usual(day)

    band, quiet = Told(out).band(), Told(usual).band()
    expected = weekly(1000)(before(MONDAY, 1))
    assert band.middle == pytest.approx(quiet.middle, rel=0.12)
    assert inside(band, expected)
    assert band.lower > 0.5 * expected


def test_days_with_no_order_at_all_last_month_do_not_hide_a_drop() -> None:
    usual = noisy(weekly(1000), 4)
    gone = {before(MONDAY, 25), before(MONDAY, 26)}
    band = Told(lambda day: 0 if day in gone else usual(day)).band()
    assert band.lower > 0.6 * weekly(1000)(before(MONDAY, 1))


def test_a_lasting_shift_is_the_new_level_after_a_half_life_of_ten_days_and_not_after_five() -> None:
    def shifted(days_ago: int) -> Numbers:
        since = before(MONDAY, 1 + days_ago)
        usual = noisy(weekly(1000), 5)
        return lambda day: usual(day) * (1.5 if day >= since else 1)

    expected = weekly(1000)(before(MONDAY, 1))
    assert Told(shifted(5)).band().middle < 1.25 * expected
    assert Told(shifted(11)).band().middle > 1.25 * expected
    assert Told(shifted(21)).band().middle == pytest.approx(1.5 * expected, rel=0.08)


def test_growth_is_followed() -> None:
    def grown(day: date) -> float:
        return weekly(1000)(day) * 1.005 ** (day - before(MONDAY, 1)).days

    assert Told(noisy(grown, 6)).band().middle == pytest.approx(weekly(1000)(before(MONDAY, 1)), rel=0.06)


def test_a_holiday_is_expected_as_the_holidays_before_it() -> None:
    seen = (date(2026, 4, 6), date(2026, 4, 27), date(2026, 5, 5), date(2026, 5, 14))
    usual = noisy(weekly(1000), 7)
    closed = {*seen, date(2026, 5, 25)}

    def told(day: date) -> float:
        return 0.3 * usual(day) if day in closed else usual(day)

    today = date(2026, 5, 26)
    known = Told(told, today, holidays=(*seen, date(2026, 5, 25))).band()
    assert known.middle == pytest.approx(300, rel=0.25)
    assert inside(known, 300)
    assert not inside(known, 1000)
    assert Told(told, today, holidays=seen).band().lower > 300  # not declared: as other Mondays


def test_the_first_holidays_have_no_band_and_other_days_keep_theirs() -> None:
    seen = (date(2026, 4, 27), date(2026, 5, 14), date(2026, 5, 25))
    usual = noisy(weekly(1000), 8)

    def told(day: date) -> float:
        return 0.3 * usual(day) if day in seen else usual(day)

    assert Told(told, date(2026, 5, 26), holidays=seen).found() is None
    assert inside(Told(told, date(2026, 5, 27), holidays=seen).band(), 1000)


def test_a_campaign_has_a_band_once_three_of_its_days_are_known() -> None:
    running = Campaign(name="sale", start=before(MONDAY, 7), end=MONDAY)
    usual = noisy(weekly(1000), 9)

    def told(day: date) -> float:
        return 2 * usual(day) if running.start <= day <= running.end else usual(day)

    third, sixth = running.start + timedelta(days=3), running.start + timedelta(days=6)
    assert Told(told, third, campaigns=(running,)).found() is None
    assert inside(Told(told, sixth, campaigns=(running,)).band(), 2 * weekly(1000)(before(sixth, 1)))
    after = MONDAY + timedelta(days=3)
    assert Told(told, after, campaigns=(running,)).band().middle == pytest.approx(1000, rel=0.1)


@pytest.mark.parametrize(("days", "there"), [(20, False), (40, False), (60, True)])
def test_a_short_history_has_no_band(days: int, *, there: bool) -> None:
    assert (Told(noisy(weekly(1000), 10), days=days).found() is not None) is there


def test_what_has_never_moved_has_no_band() -> None:
    assert Told(lambda _: 500).found() is None


def test_the_band_of_a_month_is_about_the_last_complete_one_also_on_its_first_day() -> None:
    plan = shop(MONTH)
    numbers = noisy(lambda _: 100, 11)
    cells = days_of(plan, MONTH, numbers, (date(2024, 1, 1), date(2026, 3, 1)))
    for today in (date(2026, 3, 1), date(2026, 3, 31)):
        (point,) = bands_at(plan, cells, MONTH, at(plan, today))
        assert plan.calendar.day(point.at_ms) == date(2026, 2, 28).toordinal()
        assert point.band.middle == pytest.approx(2800, rel=0.05)  # February has 28 days
        assert inside(point.band, 2800)


def test_weeks_are_compared_with_weeks() -> None:
    plan = shop(WEEK)
    cells = days_of(plan, WEEK, noisy(weekly(100), 12), (before(MONDAY, 210), MONDAY))
    band = band_at(plan, cells, WEEK, at(plan, MONDAY))
    assert inside(band, 600)
    assert band.lower > 400


def test_of_a_quotient_the_level_is_what_counts() -> None:
    plan = shop(DAY)
    cells = days_of(plan, DAY, weekly(100), (before(MONDAY, 100), MONDAY))
    cells.add(plan.series["revenue", DAY].name, {f"{before(MONDAY, n).toordinal()}": 100 * (n % 7) for n in range(100)})
    band = band_at(plan, cells, DAY, at(plan, MONDAY), "value")
    assert band.middle == pytest.approx(30, rel=0.05)


ROLLING = model.RollingDays(28)


def test_the_last_days_are_expected_as_they_stand_now_whatever_of_today_is_still_to_come() -> None:
    plan = shop(ROLLING)
    cells = days_of(plan, ROLLING, noisy(weekly(1000), 13), (before(MONDAY, 200), before(MONDAY, 1)))
    (point,) = bands_at(plan, cells, ROLLING, at(plan, MONDAY, hour=0))
    spans = [running(plan.calendar, ROLLING, at(plan, day, hour=0)) for day in (MONDAY, before(MONDAY, 1))]
    assert all(inside(point.band, cells.total(plan.series["orders", ROLLING], span)) for span in spans)
    assert plan.calendar.day(point.at_ms) == MONDAY.toordinal()


HOURLY = model.RollingSpan(3_600_000)
PEAK = {hour: 1.0 if 9 <= hour < 18 else 0.2 for hour in range(24)}


def rush(moment: datetime) -> float:
    """Working hours by the local clock."""
    return 200 * PEAK[moment.hour] * (0.5 if moment.weekday() > 4 else 1.0)


@pytest.mark.parametrize("today", [date(2026, 3, 30), date(2026, 10, 26)], ids=["clocks went on", "clocks went back"])
def test_an_hour_is_compared_with_the_same_local_hour_also_in_the_week_that_clocks_change(today: date) -> None:
    plan = shop(HOURLY)
    chance = noisy(lambda _: 1, 14, sigma=0.05)

    def numbers(moment: datetime) -> float:
        return rush(moment) * chance(moment.date() - timedelta(days=moment.hour * 500))

    cells = hours_of(plan, HOURLY, numbers, (before(today, 120), today))
    points = {point.at_ms: point.band for point in bands_at(plan, cells, HOURLY, at(plan, today))}
    for hour, usual in ((8, 40), (9, 40), (10, 200), (18, 200), (19, 40)):  # of the hour that ends then
        band = points[at(plan, today, hour)]
        assert band.middle == pytest.approx(usual, rel=0.1)
        assert inside(band, usual)
        assert band.upper < 2 * usual


def test_a_lifetime_has_no_band() -> None:
    plan = shop(model.Lifetime())
    cells = days_of(plan, model.Lifetime(), weekly(100), (before(MONDAY, 200), MONDAY))
    assert bands_at(plan, cells, model.Lifetime(), at(plan, MONDAY)) == ()
