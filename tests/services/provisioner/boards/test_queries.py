"""What the expressions of boards come to, on series whose every value is known."""

import calendar
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from schemas import names
from schemas.definition.model import Calendar, Lifetime, Metric, Plain, RollingDays, Unit, Window
from services.provisioner import expressions as promql
from services.provisioner.boards.queries import forecasts, rhythm, segments, steering, trends
from tests.services.provisioner.boards.promtool import Wanted, evaluate
from tests.services.provisioner.example import shop
from tests.services.provisioner.steered import steered

DAY, HALF = 86_400, 43_200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = 5  # 1972 has a day more

Number = Callable[[datetime], int]


def at(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def month(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1


def quarter(moment: datetime) -> int:
    return month(moment) // 3


def year(moment: datetime) -> int:
    return moment.year


def metric_over(window: Window) -> Metric:
    return Metric(name="orders", value=Plain("orders"), windows=(window,))


def complete_periods(number: Number) -> list[float | None]:
    """Every half day the number of the last complete period."""
    return [float(number(at(step * HALF)) - 1) for step in range(YEARS * 731)]


def moments() -> list[int]:
    """The first, second, middle and last days of every month but those of the first two years, at noon."""
    found = []
    for number in range(24, 12 * YEARS - 1):
        first = datetime(1970 + number // 12, number % 12 + 1, 1, 12, tzinfo=UTC)
        days = calendar.monthrange(first.year, first.month)[1]
        found += [first + timedelta(days=day) for day in (0, 1, 14, 15, days - 2, days - 1)]
    return [int((moment - EPOCH).total_seconds()) for moment in found]


@pytest.mark.parametrize(
    ("unit", "number", "in_a_year"), [(Unit.MONTH, month, 12), (Unit.QUARTER, quarter, 4), (Unit.YEAR, year, 1)]
)
def test_the_period_before_is_that_one_on_every_day_of_every_period(
    tmp_path: Path, unit: Unit, number: Number, in_a_year: int
) -> None:
    metric = metric_over(Calendar(unit))
    series = promql.whole(names.METRIC_COMPLETE, metric)
    labels = f'{{metric="orders", window="{unit.value}"}}'
    before = trends.was(metric, trends.period_before(metric))
    wanted = [Wanted(before, moment, {labels: number(at(moment)) - 2}) for moment in moments()]
    if (shift := trends.year_before(metric)) is not None:
        year_ago = trends.was(metric, shift)
        wanted += [Wanted(year_ago, moment, {labels: number(at(moment)) - 1 - in_a_year}) for moment in moments()]
    assert evaluate(tmp_path, HALF, {series: complete_periods(number)}, wanted) == ""


def test_a_change_is_a_part_of_what_was_and_nothing_is_said_of_what_was_not_above_0(tmp_path: Path) -> None:
    metric = metric_over(RollingDays(28))
    series = promql.whole(names.METRIC_VALUE, metric)
    values = [0.0] * 56 + [20.0] * 56 + [25.0] * 57
    change = trends.change(metric, trends.period_before(metric))
    wanted = [Wanted(change, 83 * DAY, {'{metric="orders", window="28d"}': 0.25}), Wanted(change, 40 * DAY, {})]
    assert evaluate(tmp_path, HALF, {series: values}, wanted) == ""


@pytest.mark.parametrize("window", [Lifetime(), RollingDays(3), RollingDays(28), Calendar(Unit.DAY)])
def test_every_window_is_compared_with_one_before(window: Window) -> None:
    shift = trends.period_before(metric_over(window))
    assert int(shift.back.removesuffix("d")) % 7 == 0, "another day of the week"


def test_the_running_week_ends_where_last_weeks_rhythm_takes_it(tmp_path: Path) -> None:
    metric = metric_over(Calendar(Unit.WEEK))
    begun = [float(step + 1) for step in range(14)]  # every half day one more
    series: dict[str, Sequence[float | None]] = {
        promql.whole(names.METRIC_VALUE, metric): [*begun, *(2 * value for value in begun)],
        promql.whole(names.METRIC_COMPLETE, metric): [None] * 14 + [14.0] * 14,
    }
    expression = forecasts.period_end(metric)
    assert expression is not None
    labels = '{metric="orders", window="week"}'
    wanted = [Wanted(expression, step * HALF, {labels: 28}) for step in range(14, 28)]
    assert evaluate(tmp_path, HALF, series, wanted) == ""


def test_the_running_day_ends_where_that_of_a_week_ago_takes_it(tmp_path: Path) -> None:
    metric = metric_over(Calendar(Unit.DAY))
    quarters = [float(step % 4 + 1) * (step // 4 + 1) for step in range(40)]  # day n: n, 2n, 3n, 4n
    totals = [None if step < 4 else 4.0 * (step // 4) for step in range(40)]
    series: dict[str, Sequence[float | None]] = {
        promql.whole(names.METRIC_VALUE, metric): quarters,
        promql.whole(names.METRIC_COMPLETE, metric): totals,
    }
    expression = forecasts.period_end(metric)
    assert expression is not None
    labels = '{metric="orders", window="day"}'
    wanted = [Wanted(expression, step * 21_600, {labels: 4.0 * (step // 4 + 1)}) for step in range(28, 40)]
    assert evaluate(tmp_path, 21_600, series, wanted) == ""


def test_a_value_without_periods_goes_on_along_its_line_until_the_day_and_no_further(tmp_path: Path) -> None:
    metric = metric_over(RollingDays(28))
    series = {promql.whole(names.METRIC_VALUE, metric): [step / 2 for step in range(200)]}  # one more a day
    day = (EPOCH + timedelta(days=90)).date()
    expression = forecasts.slope(metric, day, "UTC")
    assert expression is not None
    labels = '{metric="orders", window="28d"}'
    wanted = [Wanted(expression, 60 * DAY, {labels: 90}), Wanted(expression, 91 * DAY, {})]
    wanted += [Wanted(expression, 5 * DAY, {})]  # too little history
    assert evaluate(tmp_path, HALF, series, wanted) == ""


def of_city(series: str, metric: str, window: str, city: str) -> str:
    return promql.selector(series, metric=metric, window=window, dimension="city", segment=city)


def test_the_shares_of_a_change_are_one_together_also_of_a_segment_that_came_or_went(tmp_path: Path) -> None:
    definition = steered()
    metric = definition.metrics["orders_an_hour"]
    whole = promql.whole(names.METRIC_VALUE, metric)
    cities: dict[str, Sequence[float | None]] = {
        "Ede": [10.0] * 14 + [40.0] * 14,
        "Urk": [20.0] * 14 + [15.0] * 14,
        "Epe": [None] * 14 + [5.0] * 14,
        "Ens": [10.0] * 14 + [None] * 14,
    }
    series: dict[str, Sequence[float | None]] = {whole: [40.0] * 14 + [60.0] * 14}
    series |= {of_city(names.METRIC_VALUE, metric.name, "1h", city): values for city, values in cities.items()}
    share = segments.share_of_change(metric, "city", trends.period_before(metric))
    shares = {'{segment="Ede"}': 1.5, '{segment="Urk"}': -0.25, '{segment="Epe"}': 0.25, '{segment="Ens"}': -0.5}
    wanted = [Wanted(share, 20 * HALF, shares), Wanted(f"sum({share})", 20 * HALF, {"{}": 1})]
    wanted += [Wanted(share, 7 * HALF, {})]  # there was no week before
    assert evaluate(tmp_path, HALF, series, wanted) == ""


def test_of_a_ratio_a_segment_brings_its_numerator_over_the_denominator_of_the_whole(tmp_path: Path) -> None:
    definition = steered()
    metric = definition.metrics["refund_ratio"]
    assert segments.shares_change(definition, metric, "city")
    series: dict[str, Sequence[float | None]] = {
        promql.whole(names.METRIC_VALUE, metric): [0.1] * 14 + [0.3] * 14,
        promql.whole(names.METRIC_DENOMINATOR, metric): [100.0] * 14 + [200.0] * 14,
        of_city(names.METRIC_NUMERATOR, metric.name, "7d", "Ede"): [4.0] * 14 + [20.0] * 14,
        of_city(names.METRIC_NUMERATOR, metric.name, "7d", "Urk"): [6.0] * 14 + [40.0] * 14,
    }
    share = segments.share_of_change(metric, "city", trends.period_before(metric))
    shares = {'{segment="Ede"}': 0.3, '{segment="Urk"}': 0.7}
    rounded = [Wanted(f"round({share}, 0.0001)", 20 * HALF, shares)]
    assert evaluate(tmp_path, HALF, series, rounded) == ""


def test_the_course_is_a_number_for_each_of_its_words_and_nothing_where_none_holds(tmp_path: Path) -> None:
    series: dict[str, Sequence[float | None]] = {
        promql.selector(names.METRIC_COURSE, metric="m", course=course): [float(step == held) for step in range(3)]
        for held, course in enumerate(("behind", "on_course", "ahead"))
    }
    wanted = [Wanted(steering.course("m"), step * HALF, {'{metric="m"}': step}) for step in range(3)]
    wanted.append(Wanted(steering.course("other"), 0, {}))
    assert evaluate(tmp_path, HALF, series, wanted) == ""


def test_a_guardrail_is_broken_near_its_limit_or_within_by_the_nearer_of_its_bounds(tmp_path: Path) -> None:
    series: dict[str, Sequence[float | None]] = {
        promql.selector(names.GUARDRAIL_HEADROOM, metric="m", bound="min"): [0.5, 0.5, 0.5, 0.0],
        promql.selector(names.GUARDRAIL_HEADROOM, metric="m", bound="max"): [0.4, 0.05, -0.01, 0.4],
    }
    wanted = [
        Wanted(steering.guarded("m"), step * HALF, {'{metric="m"}': state}) for step, state in enumerate((2, 1, 0, 1))
    ]
    assert evaluate(tmp_path, HALF, series, wanted) == ""


HOUR = 3600
ZONE = ZoneInfo("Europe/Amsterdam")


def hour_of_week(hours: int, *, first: int) -> tuple[int, int]:
    """Weekday from 1 on and hour of the local hour that ends so many hours after 1970 began, in a zone of UTC+1."""
    begun = EPOCH + timedelta(hours=hours - 1 + 1)
    return (begun.isoweekday() - first) % 7 + 1, begun.hour


@pytest.mark.parametrize(("week_starts", "first"), [("monday", 1), ("sunday", 0)])
def test_the_rhythm_is_the_mean_of_each_local_hour_of_the_companys_week(
    tmp_path: Path, week_starts: str, first: int
) -> None:
    definition = msgspec.structs.replace(shop(), week_starts=week_starts)
    found = rhythm.hourly(definition)
    hours = 24 * 7 * 5
    # at the end of each hour its own number, plus or minus 1 by turns of weeks: the mean of four is the number
    values: list[float | None] = []
    for hour in range(hours + 1):
        day, at_hour = hour_of_week(hour, first=first)
        values.append(100.0 * day + at_hour + (1 if (hour // 168) % 2 else -1))
    series: dict[str, Sequence[float | None]] = {
        promql.whole(names.METRIC_VALUE, definition.metrics["orders_an_hour"]): values,
        # known only since an hour ago: of hours before it today's distance is taken
        names.TIME_ZONE_OFFSET: [None] * (hours - 1) + [3600.0] * 2,
    }
    expression = rhythm.by_hour_of_week(definition, found.expression)
    cells = {f'{{weekday="{day}", hour="{hour:02}"}}': 100.0 * day + hour for day in range(1, 8) for hour in range(24)}
    assert evaluate(tmp_path, HOUR, series, [Wanted(f"round({expression})", hours * HOUR, cells)]) == ""


def test_where_no_metric_has_an_amount_by_the_hour_events_have() -> None:
    given = shop()
    metrics = {name: one for name, one in given.metrics.items() if name != "orders_an_hour"}
    star = msgspec.structs.replace(given.north_star, inputs=())
    found = rhythm.hourly(msgspec.structs.replace(given, metrics=metrics, north_star=star))
    assert found.metric is None
    assert names.EVENTS in found.expression


def test_a_past_with_a_sample_an_hour_is_compared_with_at_any_minute(tmp_path: Path) -> None:
    metric = metric_over(RollingDays(28))
    series = {promql.whole(names.METRIC_VALUE, metric): [float(hour) for hour in range(24 * 30)]}
    was = trends.was(metric, trends.period_before(metric))
    moment = 28 * DAY + 10 * HOUR + 47 * 60
    wanted = [Wanted(was, moment, {'{metric="orders", window="28d"}': 10})]
    assert evaluate(tmp_path, HOUR, series, wanted) == ""
