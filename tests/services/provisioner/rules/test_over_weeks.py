"""Generated rules, judged by promtool over five weeks of series."""

from pathlib import Path

import pytest

from schemas.definition.model import Definition
from tests.services.provisioner.example import shop, starring
from tests.services.provisioner.rules.weeks import DAY, HOUR, MINUTE, NOW, WEEK, Tale, firing


def rhythm(second: int) -> float:
    """Busy at noon, quiet at night, half as busy at the weekend."""
    hour, day = second % DAY // HOUR, second % WEEK // DAY
    return (1200 if 8 <= hour < 20 else 300) * (0.5 if day >= 5 else 1)


def fallen(second: int) -> float:
    """A third less since three hours ago."""
    return 1.8 if second < NOW - 3 * HOUR else 1.2


def test_weekly_and_daily_rhythm_is_silent(tmp_path: Path) -> None:
    # at noon, and around the hour in which the busy part of the day ends, without any patience
    tale = Tale(value=rhythm, hold="0m")
    assert firing(tmp_path, starring("orders_an_hour"), tale, NOW, NOW + 8 * HOUR, NOW + 10 * HOUR) == set()


def test_a_drop_of_thirty_percent_pages(tmp_path: Path) -> None:
    def tale(second: int) -> float:
        return rhythm(second) * (0.7 if second >= NOW - 3 * HOUR else 1)

    assert firing(tmp_path, starring("orders_an_hour"), Tale(value=tale)) == {"NorthStarDrop"}
    assert firing(tmp_path, shop(), Tale(value=fallen)) == {"NorthStarDrop"}


def test_the_same_drop_on_stale_data_is_silent_about_the_metric(tmp_path: Path) -> None:
    stale = Tale(value=fallen, as_of=lambda second: min(second, NOW - 4 * HOUR))
    assert firing(tmp_path, shop(), stale) == {"NorthStarStale"}


def test_the_same_drop_while_a_partition_is_behind_is_silent_about_the_metric(tmp_path: Path) -> None:
    behind = Tale(value=fallen, completeness=lambda second: 1.0 if second < NOW - 4 * HOUR else 0.75)
    assert firing(tmp_path, shop(), behind) == {"NorthStarIncomplete"}


@pytest.mark.parametrize("lost", [0.0, None])
def test_a_week_of_outage_neither_hides_a_drop_nor_fakes_one(tmp_path: Path, lost: float | None) -> None:
    def outage(second: int) -> float | None:
        return lost if NOW - WEEK - DAY < second < NOW - WEEK + DAY else rhythm(second)

    def outage_then_drop(second: int) -> float | None:
        return rhythm(second) * 0.65 if second >= NOW - 3 * HOUR else outage(second)

    star = starring("orders_an_hour")
    assert firing(tmp_path, star, Tale(value=outage)) == set()
    assert firing(tmp_path, star, Tale(value=outage_then_drop)) == {"NorthStarDrop"}


def test_a_vanished_value_pages_as_absent(tmp_path: Path) -> None:
    gone = Tale(value=lambda second: 1.8 if second < NOW - 2 * HOUR else None)
    assert firing(tmp_path, shop(), gone) == {"NorthStarAbsent"}


def test_a_ratio_over_nothing_is_absent_only_where_there_used_to_be_something(tmp_path: Path) -> None:
    def until(second: int) -> float | None:
        return 1.8 if second < NOW - 2 * HOUR else None

    def volume(second: int) -> float:
        return 1000.0 if second < NOW - 2 * HOUR else 0.0

    never = Tale(value=lambda _: None, volume=lambda _: 0.0)
    assert firing(tmp_path, shop(), Tale(value=until, volume=volume)) == {"NorthStarAbsent"}
    assert firing(tmp_path, shop(), never) == set()


def test_low_volume_is_silent(tmp_path: Path) -> None:
    assert firing(tmp_path, shop(), Tale(value=fallen, volume=lambda _: 199.0)) == set()
    few = Tale(value=lambda second: 150.0 if second < NOW - 3 * HOUR else 20.0)
    assert firing(tmp_path, starring("orders_an_hour"), few) == set()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_change_is_silent(tmp_path: Path, hours: int) -> None:
    # the same local rhythm stands an hour elsewhere in UTC since last night; judged each hour, without patience
    def changed(second: int) -> float:
        return rhythm(second + hours * HOUR if second >= NOW - 12 * HOUR else second)

    hourly = range(NOW - 8 * HOUR, NOW + 11 * HOUR, HOUR)
    assert firing(tmp_path, starring("orders_an_hour"), Tale(value=changed, hold="0m"), *hourly) == set()


def test_of_a_calendar_day_only_complete_days_are_compared(tmp_path: Path) -> None:
    star = starring("average_order_value")

    def complete(second: int) -> float:
        # a value for each day of the week, known on the day after
        return 30.0 + 10 * (second // DAY % 7)

    def dropped(second: int) -> float:
        return complete(second) * (0.7 if second >= 4 * WEEK + 3 * DAY else 1)

    # the running day's denominator starts from nothing at each midnight: that is not low volume
    def volume(second: int) -> float:
        return second % DAY / DAY * 1000

    assert firing(tmp_path, star, Tale(value=complete, volume=volume)) == set()
    assert firing(tmp_path, star, Tale(value=dropped, volume=volume)) == {"NorthStarDrop"}


def test_where_lower_is_better_a_rise_pages_and_a_fall_does_not(tmp_path: Path) -> None:
    star = starring("repeat_orders_per_customer", better="lower")
    risen = Tale(value=lambda second: 1.8 if second < NOW - 3 * HOUR else 2.4)
    assert firing(tmp_path, star, risen) == {"NorthStarDrop"}
    assert firing(tmp_path, star, Tale(value=fallen)) == set()


def test_a_history_of_less_than_three_weeks_is_no_measure(tmp_path: Path) -> None:
    young = Tale(value=lambda second: fallen(second) if second > NOW - 2 * WEEK else None)
    assert firing(tmp_path, shop(), young) == set()


HEALTHY = Tale(value=lambda _: 1.8)
SOON = 2 * HOUR


@pytest.mark.parametrize(
    ("tale", "expected"),
    [
        (HEALTHY, set()),
        (Tale(value=lambda _: float("nan")), {"NorthStarImpossible"}),
        (Tale(value=lambda _: -1.0), {"NorthStarImpossible"}),
        (Tale(value=lambda _: 1.8, volume=lambda _: 0.0), {"NorthStarImpossible"}),
        (Tale(value=lambda _: None, state_up=lambda _: 0.0), {"NorthStarStateAway"}),
        (Tale(value=lambda _: None, state_up=lambda _: None), {"NorthStarExporterDown"}),
        (
            Tale(value=lambda _: 1.8, lag=lambda _: 50.0, as_of=lambda second: min(second, SOON - 16 * MINUTE)),
            {"NorthStarStuck"},
        ),
        (Tale(value=lambda _: 1.8, lag=lambda _: 50.0), set()),
        (Tale(value=lambda _: 1.8, refused=lambda second: second / 500), {"NorthStarDeadLetters"}),
        (
            Tale(value=lambda _: 1.8, refused=lambda second: second / 20),
            {"NorthStarDeadLetters", "NorthStarDeadLettersMany"},
        ),
    ],
    ids=["healthy", "nan", "negative", "over nothing", "no state", "no exporter", "stuck", "busy", "some", "many"],
)
def test_what_is_wrong_now_is_called_by_its_name(tmp_path: Path, tale: Tale, expected: set[str]) -> None:
    assert firing(tmp_path, shop(), tale, SOON) == expected


def test_a_part_above_its_whole_is_impossible(tmp_path: Path) -> None:
    # the tale's numerator is 1
    share: Definition = starring("repeat_share")
    assert firing(tmp_path, share, Tale(value=lambda _: 1.25, volume=lambda _: 0.8), SOON) == {"NorthStarImpossible"}
