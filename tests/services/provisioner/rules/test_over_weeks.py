"""The north star over five weeks, judged by promtool: what a business does by itself wakes nobody."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from schemas.definition.model import Definition, Distribution, Formula, Growth, Metric, Quantile, RollingDays, Value
from services.provisioner.rules.limits import Limits
from tests.services.provisioner.example import starring
from tests.services.provisioner.rules.company import company, on_holiday
from tests.services.provisioner.rules.weeks import (
    AT_ONCE,
    DAY,
    HOUR,
    LATELY,
    MINUTE,
    NOW,
    SOON,
    WEEK,
    Shape,
    Tale,
    firing,
    flat,
    growing,
    since,
)
from tests.streams.arithmetic import tree

TODAY = date(1970, 2, 1)
FELL = since(LATELY, 1200.0, 800.0)


def rhythm(second: int) -> float:
    """Busy from 8 to 20, quiet at night, half as busy at the weekend."""
    hour, day = second % DAY // HOUR, second % WEEK // DAY
    return (1200 if 8 <= hour < 20 else 300) * (0.5 if day >= 5 else 1)


def later(shape: Shape, hours: int) -> Shape:
    """As if it were judged so many hours later."""
    return lambda second: shape(second + hours * HOUR)


@pytest.mark.parametrize("hours", [0, 6, 8, 9, 20, 31, 32])
def test_the_rhythm_of_days_and_weeks_is_silent(tmp_path: Path, hours: int) -> None:
    tale = Tale(value=later(rhythm, hours), limits=AT_ONCE)
    assert firing(tmp_path, company(), tale) == set()


def test_a_drop_within_the_rhythm_pages(tmp_path: Path) -> None:
    def tale(second: int) -> float:
        return rhythm(second) * (0.7 if second >= LATELY else 1)

    assert firing(tmp_path, company(), Tale(value=tale)) == {"NorthStarDrop"}


def test_recovery_resolves_it(tmp_path: Path) -> None:
    def back(second: int) -> float:
        return 800.0 if LATELY <= second <= NOW else 1200.0

    assert firing(tmp_path, company(), Tale(value=back), NOW) == {"NorthStarDrop"}
    assert firing(tmp_path, company(), Tale(value=back), NOW + DAY) == set()


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"as_of": lambda second: min(second, LATELY)}, {"NorthStarStale"}),
        ({"completeness": since(LATELY, 1.0, 0.75)}, {"NorthStarIncomplete"}),
        (
            {
                "lag": (since(LATELY, 0.0, 9e4), since(LATELY, 0.0, 9e4)),
                "completeness": since(LATELY, 1.0, 0.0),
                "as_of": lambda second: second if second < LATELY else second - 10 * MINUTE,
            },
            {"NorthStarLag", "NorthStarIncomplete"},
        ),
        (
            {"state_up": since(LATELY, 1.0, 0.0), "value": since(LATELY, 1200.0, None)},
            {"NorthStarStateAway"},
        ),
    ],
    ids=["stale", "a partition behind", "lag", "no state"],
)
def test_the_same_drop_while_the_pipeline_is_broken_says_what_is_broken(
    tmp_path: Path, broken: dict[str, Shape], told: set[str]
) -> None:
    tale = {"value": FELL, "band": (flat(1100.0), flat(1200.0), flat(1300.0)), **broken}
    assert firing(tmp_path, company(), Tale(**tale)) == told  # type: ignore[arg-type]


def test_both_measures_see_the_same_drop(tmp_path: Path) -> None:
    tale = Tale(value=FELL, band=(flat(1100.0), flat(1200.0), flat(1300.0)))
    assert firing(tmp_path, company(), tale) == {"NorthStarDrop", "NorthStarWorseThanExpected"}


def test_a_narrow_band_pages_nobody_about_a_hair(tmp_path: Path) -> None:
    hair = Tale(value=flat(1180.0), band=(flat(1190.0), flat(1200.0), flat(1210.0)))
    assert firing(tmp_path, company(), hair) == set()


@pytest.mark.parametrize("lost", [0.0, None])
def test_an_outage_last_week_neither_hides_a_drop_nor_fakes_one(tmp_path: Path, lost: float | None) -> None:
    def outage(second: int) -> float | None:
        return lost if NOW - WEEK - DAY < second < NOW - WEEK + DAY else rhythm(second)

    def outage_then_drop(second: int) -> float | None:
        return rhythm(second) * 0.65 if second >= LATELY else outage(second)

    assert firing(tmp_path, company(), Tale(value=outage, limits=AT_ONCE)) == set()
    assert firing(tmp_path, company(), Tale(value=outage_then_drop)) == {"NorthStarDrop"}


@pytest.mark.parametrize("moved", [-1, 1])
@pytest.mark.parametrize("hours", [0, 7, 8, 9, 19, 20, 21])
def test_the_week_of_a_clock_change_is_silent(tmp_path: Path, moved: int, hours: int) -> None:
    # the same local rhythm stands an hour elsewhere in UTC since a day ago; judged at many hours, without patience
    def changed(second: int) -> float:
        return rhythm(second + moved * HOUR if second >= NOW - DAY + hours * HOUR else second)

    assert firing(tmp_path, company(), Tale(value=later(changed, hours), limits=AT_ONCE)) == set()


def quiet_today(second: int) -> float:
    """A fifth of what is usual, from local midnight on."""
    return rhythm(second) * (0.2 if second >= NOW - 13 * HOUR else 1)


def test_a_declared_bank_holiday_is_silent_and_an_undeclared_one_is_not(tmp_path: Path) -> None:
    assert firing(tmp_path, on_holiday(TODAY), Tale(value=quiet_today)) == set()
    assert firing(tmp_path, company(), Tale(value=quiet_today)) == {"NorthStarDrop"}


def test_on_a_holiday_the_band_that_knows_it_still_watches(tmp_path: Path) -> None:
    band = (flat(200.0), flat(240.0), flat(300.0))
    gone = since(LATELY, 1200.0, 20.0)
    tale = Tale(value=gone, band=band)
    assert firing(tmp_path, on_holiday(TODAY), tale) == {"NorthStarWorseThanExpected"}


def test_the_same_day_of_the_weeks_after_a_campaign_of_two_weeks_is_silent(tmp_path: Path) -> None:
    # three times as much two and three weeks ago: the median lies between them and an ordinary week
    def campaign(second: int) -> float:
        return 3600.0 if 2 * WEEK <= NOW - second + DAY <= 4 * WEEK else 1200.0

    days = [date.fromordinal(TODAY.toordinal() - n) for n in (14, 21)]
    assert firing(tmp_path, company(), Tale(value=campaign, limits=AT_ONCE)) == {"NorthStarDrop"}
    assert firing(tmp_path, on_holiday(*days), Tale(value=campaign, limits=AT_ONCE)) == set()


def test_the_start_of_a_month_is_silent(tmp_path: Path) -> None:
    # judged at noon of 1 February: the running month has hardly begun, the complete one is that of January now
    begun = NOW - 12 * HOUR

    def running(second: int) -> float:
        return (second - (begun if second >= begun else 0)) / 60

    tale = Tale(value=since(begun, 44_000.0, 42_000.0), running=running, limits=AT_ONCE)
    assert firing(tmp_path, company(metric="monthly_orders"), tale) == set()


def test_a_month_that_was_worse_is_told(tmp_path: Path) -> None:
    tale = Tale(value=since(NOW - 13 * HOUR, 44_000.0, 30_000.0))
    assert firing(tmp_path, company(metric="monthly_orders"), tale) == {"NorthStarDrop"}


@pytest.mark.parametrize("metric", ["average_order_value", "weekly_orders"])
def test_of_a_calendar_window_only_complete_periods_are_compared(tmp_path: Path, metric: str) -> None:
    def complete(second: int) -> float:
        # a value for each day of the week, known on the day after
        return 300.0 + 100 * (second // DAY % 7)

    def dropped(second: int) -> float:
        return complete(second) * (0.5 if second >= LATELY else 1)

    # running value and volume start from nothing at each midnight: neither a drop nor low volume
    def running(second: int) -> float:
        return second % DAY / DAY * 1000

    star = company(metric=metric)
    assert firing(tmp_path, star, Tale(value=complete, running=running, volume=running, limits=AT_ONCE)) == set()
    assert firing(tmp_path, star, Tale(value=dropped, running=running, volume=running)) == {"NorthStarDrop"}


def test_low_volume_is_silent(tmp_path: Path) -> None:
    ratio = starring("repeat_orders_per_customer")
    assert firing(tmp_path, ratio, Tale(value=since(LATELY, 1.8, 1.2), volume=flat(199.0))) == set()
    assert firing(tmp_path, ratio, Tale(value=since(LATELY, 1.8, 1.2), volume=flat(200.0))) == {"NorthStarDrop"}
    assert firing(tmp_path, company(), Tale(value=since(LATELY, 150.0, 20.0))) == set()


@pytest.mark.parametrize("value", [Quantile("delivery", "0.95"), Growth("orders"), Formula(tree("1 - refund_ratio"))])
def test_what_is_no_plain_number_is_judged_by_what_stands_behind_it(tmp_path: Path, value: Value) -> None:
    """A 95th percentile of 40 minutes is of thousands of deliveries."""
    star = standing(value)
    slower = since(LATELY, 40.0, 20.0)
    assert firing(tmp_path, star, Tale(value=slower, volume=flat(200.0))) == {"NorthStarDrop"}
    assert firing(tmp_path, star, Tale(value=slower, volume=flat(199.0))) == set()


def test_a_segment_of_a_quantile_is_judged_by_its_own_amounts(tmp_path: Path) -> None:
    star, cities = standing(Quantile("delivery", "0.95")), {"Ede": flat(40.0), "Urk": since(LATELY, 40.0, 20.0)}
    fell = Tale(value=flat(40.0), cities=cities, city_volume=flat(200.0))
    assert firing(tmp_path, star, fell) == {"NorthStarSegmentDrop"}
    few = Tale(value=flat(40.0), cities=cities, city_volume=flat(199.0))
    assert firing(tmp_path, star, few) == set()


def standing(value: Value) -> Definition:
    """The company, its north star this value over a week."""
    whole = company(metric="star", target=None, base=None, since=None, by=None)
    delivery = Distribution(
        name="delivery", property="minutes", decimals=0, source="shop", of="delivered", by_dimension=("city",)
    )
    star = Metric(name="star", value=value, windows=(RollingDays(7),))
    return msgspec.structs.replace(
        whole, measures=whole.measures | {"delivery": delivery}, metrics=whole.metrics | {"star": star}
    )


def test_a_small_segment_is_silent(tmp_path: Path) -> None:
    cities = {"Ede": flat(1050.0), "Urk": since(LATELY, 150.0, 20.0)}
    assert firing(tmp_path, company(), Tale(cities=cities)) == set()


def test_a_vanished_value_pages_as_absent_and_not_as_a_drop(tmp_path: Path) -> None:
    for gone in (since(LATELY, 1200.0, None), lambda second: FELL(second) if second < NOW - 6 * HOUR else None):
        assert "NorthStarAbsent" in firing(tmp_path, company(), Tale(value=gone, limits=Limits(later_seconds=0)))


def test_what_is_guarded_and_vanishes_is_told_too(tmp_path: Path) -> None:
    gone = Tale(others=since(LATELY, 1200.0, None))
    assert firing(tmp_path, company(), gone) == {"NorthStarAbsent"}


def test_a_ratio_over_nothing_is_absent_only_where_there_used_to_be_something(tmp_path: Path) -> None:
    ratio = starring("repeat_orders_per_customer")
    emptied = Tale(value=since(LATELY, 1.8, None), volume=since(LATELY, 1000.0, 0.0))
    never = Tale(value=flat(None), volume=flat(0.0))
    assert firing(tmp_path, ratio, emptied) == {"NorthStarAbsent"}
    assert firing(tmp_path, ratio, never) == set()


def test_where_lower_is_better_a_rise_pages_and_a_fall_is_too_good(tmp_path: Path) -> None:
    star = company(better="lower", target=800, base=1000)
    band = (flat(1100.0), flat(1200.0), flat(1300.0))
    risen = Tale(value=since(LATELY, 1200.0, 1600.0), band=band)
    assert firing(tmp_path, star, risen) == {"NorthStarDrop", "NorthStarWorseThanExpected"}
    assert firing(tmp_path, star, Tale(value=since(LATELY, 1200.0, 500.0), band=band)) == {"NorthStarRise"}


def test_a_history_of_less_than_three_weeks_is_no_measure(tmp_path: Path) -> None:
    young = Tale(value=lambda second: FELL(second) if second > NOW - 2 * WEEK else None)
    assert firing(tmp_path, company(), young) == set()


def test_a_history_of_a_sample_an_hour_is_one_between_the_hours_too(tmp_path: Path) -> None:
    # as ``nsm history`` fills it in; the rules are asked every minute
    cities = {"Ede": flat(1000.0), "Urk": since(LATELY, 1000.0, 400.0)}
    fell = Tale(value=FELL, cities=cities, past_the_hour=30 * MINUTE)
    assert firing(tmp_path, company(), fell) == {"NorthStarDrop", "NorthStarSegmentDrop"}
    rose = Tale(value=since(LATELY, 1200.0, 2400.0), past_the_hour=30 * MINUTE)
    assert firing(tmp_path, company(), rose) == {"NorthStarRise"}
    young = Tale(value=lambda second: FELL(second) if second > NOW - 2 * WEEK else None, past_the_hour=30 * MINUTE)
    assert firing(tmp_path, company(), young) == set()


def test_a_ratio_that_vanishes_is_told_from_such_a_history(tmp_path: Path) -> None:
    emptied = Tale(value=since(LATELY, 1.8, None), volume=since(LATELY, 1000.0, 0.0), past_the_hour=30 * MINUTE)
    assert firing(tmp_path, starring("repeat_orders_per_customer"), emptied) == {"NorthStarAbsent"}


def test_a_slow_decline_is_no_drop_of_any_day_and_is_told(tmp_path: Path) -> None:
    def sinking(second: int) -> float:
        return rhythm(second) * (1 - 0.04 * second / WEEK)

    tale = Tale(value=sinking, path=flat(800.0), behind=flat(1.0))
    assert firing(tmp_path, company(), tale) == {"NorthStarSlowDecline"}
    steady = Tale(value=rhythm, path=flat(800.0), behind=flat(1.0))
    assert firing(tmp_path, company(), steady) == set(), "behind, but no further than before"


def test_two_exporters_side_by_side_are_one(tmp_path: Path) -> None:
    assert firing(tmp_path, company(), Tale(value=FELL, exporters=2)) == {"NorthStarDrop"}
    few = Tale(counted=growing(0.03), refused=growing(0.01), exporters=2)
    assert firing(tmp_path, company(), few, SOON) == set(), "36 events in a quarter of an hour are too few for a share"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_what_no_counting_gives_is_impossible(tmp_path: Path, value: float) -> None:
    assert firing(tmp_path, company(), Tale(value=flat(value)), SOON) == {"NorthStarImpossible"}


def test_a_ratio_over_nothing_or_above_its_whole_is_impossible(tmp_path: Path) -> None:
    ratio = starring("repeat_orders_per_customer")
    assert firing(tmp_path, ratio, Tale(value=flat(1.8), volume=flat(0.0)), SOON) == {"NorthStarImpossible"}
    # the tale's numerator is 1
    share = starring("repeat_share")
    assert firing(tmp_path, share, Tale(value=flat(1.25), volume=flat(0.8)), SOON) == {"NorthStarImpossible"}
