"""How much a reading stands on, where neither its value nor what it is divided by says so."""

from fractions import Fraction

import msgspec
import pytest

from schemas.definition import model
from schemas.definition.model import Calendar, Definition, Growth, Metric, Quantile, Ratio, Unit
from schemas.readings import Reading
from streams.cells import Cells
from streams.plan import compile_plan
from streams.readings import AsOf, Readings
from streams.volumes import tells_volume
from tests.streams.arithmetic import VALUES, tree
from tests.streams.folding import DAY, definition, event, fold_log, raws, the_source
from tests.streams.spread import spread

MONTH = Calendar(Unit.MONTH)
JANUARY, FEBRUARY = 1_767_225_600_000, 1_769_904_000_000
"""2026, in UTC."""
MORE: dict[str, model.Value] = {
    "p95": Quantile("amounts", "0.95"),
    "p95_growth": Growth("p95"),
    "p95_over_mean": Ratio("p95", "mean"),
    "mean_over_p95": Ratio("mean", "p95"),
    "slack": model.Formula(tree("100 - p95")),
    "orders_and_views": model.Formula(tree("orders + 2 * views")),
    "less_of_them": model.Formula(tree("orders * (0.5 * views)")),
    "in_hundred": model.Formula(tree("orders / views * 100")),
    "a_day": model.Formula(tree("orders / 28")),
    "unsplit": model.Formula(tree("mean / (p95 + 1)")),
    "mean": Ratio("revenue", "orders"),
    "plain": model.Plain("orders"),
}


def measured() -> Definition:
    """Seven orders and two views in January, five orders and three views in February."""
    given = spread()
    views = model.Count(name="views", source="shop", of="view")
    metrics = {name: Metric(name=name, value=value, windows=(MONTH,)) for name, value in MORE.items()}
    star = msgspec.structs.replace(given.north_star, metric="p95")
    return msgspec.structs.replace(given, metrics=metrics, measures=given.measures | {"views": views}, north_star=star)


@pytest.fixture(scope="module")
def readings() -> Readings:
    plan = compile_plan(measured())
    events = [
        event(f"{type_} {begin} {n}", type_, f"u{n}", begin + n * DAY, amount=10 + n, city="Urk" if n else "Ede")
        for type_, begin, number in (
            ("order", JANUARY, 7),
            ("view", JANUARY, 2),
            ("order", FEBRUARY, 5),
            ("view", FEBRUARY, 3),
        )
        for n in range(number)
    ]
    cells = Cells.of([fold_log(the_source(plan), raws(events)).snapshot()])
    return Readings(plan, cells, AsOf(FEBRUARY + 20 * DAY, FEBRUARY))


def read(readings: Readings, metric: str) -> Reading:
    return readings.running(metric, MONTH, FEBRUARY + 20 * DAY)


@pytest.mark.parametrize(
    ("metric", "volume"),
    [
        ("p95", 5),
        ("p95_growth", 7),
        ("p95_over_mean", 5),
        ("mean_over_p95", 5),
        ("slack", 5),
        ("orders_and_views", 8),
        ("less_of_them", 3),
        ("in_hundred", 3),
        ("a_day", 5),
        ("unsplit", 5),
    ],
)
def test_it_is_the_number_of_things_that_chance_may_move(readings: Readings, metric: str, volume: int) -> None:
    assert read(readings, metric).volume == Fraction(volume)


@pytest.mark.parametrize("metric", ["mean", "plain"])
def test_it_is_not_told_where_the_value_or_the_denominator_is_it(readings: Readings, metric: str) -> None:
    assert read(readings, metric).volume is None


def test_a_segment_stands_on_its_own_amounts(readings: Readings) -> None:
    split = {one.segment: one.volume for one in readings.segments("p95", MONTH, FEBRUARY + 20 * DAY)}
    assert (split["Ede"], split["Urk"]) == (Fraction(1), Fraction(4))


def test_over_nothing_it_is_nothing(readings: Readings) -> None:
    empty = readings.running("p95", MONTH, JANUARY - 40 * DAY)
    assert (empty.value, empty.volume) == (None, Fraction(0))


def test_what_is_a_part_of_a_counted_whole_tells_none() -> None:
    plain = definition()
    metrics = {name: Metric(name=name, value=value, windows=(MONTH,)) for name, value in VALUES.items()}
    whole = msgspec.structs.replace(plain, metrics=metrics)
    silent = {name for name in metrics if not tells_volume(whole, name)}
    assert silent == {"order_value", "share_of_ede", "revenue_share"}
