"""How many values the band holds that it has not seen: of series whose chance is known, and of two real shops.

Each value is judged by a band that was made of what came before it alone.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

from schemas.definition import model
from schemas.definition.loading import load
from schemas.definition.steering import CompanyCalendar, Holiday, NorthStar
from services.expected.band import Band, Floats, Past, Rhythm, expect
from services.expected.comparing import RHYTHMS
from services.expected.of_past import Asked, bands
from services.replay.folding import Folded, fold_files
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared/data"
DAILY = RHYTHMS[model.Unit.DAY][1]
SERIES, DAYS = 200, 140


class Held(NamedTuple):
    """How many of so many values lay inside, and how wide the bands were: half of them, as a part of the middle."""

    inside: int
    of: int
    width: float

    @property
    def share(self) -> float:
        return self.inside / self.of


def normal(rng: np.random.Generator) -> Floats:
    """One in ten off, as often up as down."""
    return 1000 * np.exp(rng.normal(0, 0.1, DAYS + 1))


def poisson(rng: np.random.Generator) -> Floats:
    return rng.poisson(40, DAYS + 1).astype(float)


def few(rng: np.random.Generator) -> Floats:
    """Two a day, and none on many."""
    return rng.poisson(2, DAYS + 1).astype(float)


def heavy_tails(rng: np.random.Generator) -> Floats:
    return 1000 * np.exp(0.08 * rng.standard_t(4, DAYS + 1))


def wandering(rng: np.random.Generator) -> Floats:
    """A level that moves by 2 % a day, and chance of 8 %."""
    return 1000 * np.exp(np.cumsum(rng.normal(0, 0.02, DAYS + 1)) + rng.normal(0, 0.08, DAYS + 1))


def after_an_outage(rng: np.random.Generator) -> Floats:
    """Of a week, last month."""
    values = normal(rng)
    values[-30:-23] *= 0.1
    return values


WORLDS: dict[Callable[[np.random.Generator], Floats], float] = {
    normal: 0.975,
    poisson: 0.975,
    few: 0.97,
    heavy_tails: 0.96,
    wandering: 0.97,
    after_an_outage: 0.975,
}
"""The least share of values that have to lie inside; the band means 0.99."""


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.__name__)
def test_of_a_hundred_quiet_days_ninety_nine_lie_inside(world: Callable[[np.random.Generator], Floats]) -> None:
    held = simulated(world)
    assert held.share >= WORLDS[world]


def test_the_band_of_known_chance_is_not_wider_than_small_samples_need() -> None:
    assert simulated(normal).width < 0.1 * 2.576 * 1.35  # the normal curve's 99 % of a chance of one in ten


@pytest.mark.parametrize("values", [(10, 20), (0, 20)], ids=lambda values: f"{values[0]} and {values[1]}")
@pytest.mark.parametrize("rhythm", [DAILY, RHYTHMS[model.Unit.WEEK][1]], ids=["days", "weeks"])
def test_what_goes_to_and_fro_between_two_values_is_not_expected_far_beyond_them(
    values: tuple[int, int], rhythm: Rhythm
) -> None:
    to_and_fro = np.tile(np.array(values, dtype=float), 60)
    band = expect(Past(to_and_fro, np.zeros((len(to_and_fro) + 1, 0)), rhythm))
    assert band is not None
    assert band.lower <= min(values)
    assert max(values) <= band.upper < 7 * max(values)


@pytest.mark.parametrize(("least", "size"), [(0.0, 1e12), (-5.0, 1e6)], ids=["none below 0", "one below 0"])
def test_one_value_beyond_all_measure_leaves_the_band_as_it_is(least: float, size: float) -> None:
    weekdays = np.arange(DAYS + 1) % 7
    says = (weekdays[:, None] == np.arange(7)).astype(float)
    values = normal(np.random.default_rng(5))[:-1] * np.where(weekdays[:-1] == 6, 0.5, 1.0)
    values[20] = least
    spoilt = values.copy()
    spoilt[-20] *= size
    usual, found = expect(Past(values, says, DAILY)), expect(Past(spoilt, says, DAILY))
    assert usual is not None
    assert found is not None
    assert found.middle == pytest.approx(usual.middle, rel=0.03)
    assert found.upper - found.lower < 1.1 * (usual.upper - usual.lower)


def simulated(world: Callable[[np.random.Generator], Floats]) -> Held:
    judged = []
    for seed in range(SERIES):
        values = world(np.random.default_rng(seed))
        weekdays = np.arange(DAYS + 1) % 7
        week = np.where(weekdays == 6, 0.5, 1.0) if world is not few else np.ones(DAYS + 1)
        says = (weekdays[:, None] == np.arange(7)).astype(float)
        *past, now = np.round(values * week)
        band = expect(Past(np.array(past), says, DAILY))
        assert band is not None
        judged.append((band, now))
    return _held(judged)


CASES = [
    ("cdnow", "orders", model.Calendar(model.Unit.DAY), 0.95),
    ("cdnow", "orders", model.Calendar(model.Unit.WEEK), 0.97),
    ("cdnow", "average_order_value", model.Calendar(model.Unit.DAY), 0.97),
    ("cdnow", "repeat_orders_per_customer", model.RollingDays(28), 0.97),
    ("online_retail", "orders", model.Calendar(model.Unit.DAY), 0.95),
    ("online_retail", "revenue", model.Calendar(model.Unit.DAY), 0.94),
    ("online_retail", "average_order_value", model.Calendar(model.Unit.DAY), 0.97),
    ("online_retail", "customers", model.RollingDays(7), 0.97),
    ("online_retail", "reorders_per_customer", model.RollingDays(28), 0.97),
]
"""What, and the least share that has to lie inside."""
FILES = {"cdnow": ROOT / "deploy/demo/cdnow.jsonl.gz", "online_retail": DATA / "online_retail.jsonl.gz"}
BANK_HOLIDAYS = (
    (2010, 12, 27),
    (2010, 12, 28),
    (2011, 1, 3),
    (2011, 4, 22),
    (2011, 4, 25),
    (2011, 4, 29),
    (2011, 5, 2),
)
LATER_HOLIDAYS = ((2011, 5, 30), (2011, 8, 29), (2011, 12, 26), (2011, 12, 27))


@pytest.mark.parametrize(
    ("name", "metric", "window", "least"), CASES, ids=lambda case: str(getattr(case, "label", case))
)
def test_values_of_real_shops_lie_inside_bands_that_were_made_before_them(
    name: str, metric: str, window: model.Window, least: float
) -> None:
    if not FILES[name].exists():
        pytest.skip(f"{FILES[name].name} is not there: these real events are kept beside the project")
    held = _held(list(_judged(_plan(name, metric, window), name, metric, window)))
    assert held.of >= 40
    assert held.share >= least


def _plan(name: str, metric: str, window: model.Window) -> Plan:
    found = load(ROOT / f"deploy/definitions/{name}.yaml")
    metrics = {metric: msgspec.structs.replace(found.metrics[metric], windows=(window,))}
    star = NorthStar(metric=metric)
    days = [date(*one) for one in (*BANK_HOLIDAYS, *LATER_HOLIDAYS)] if name == "online_retail" else []
    calendar = CompanyCalendar(holidays=tuple(Holiday(date=day, name="bank holiday") for day in days))
    bare: dict[str, Any] = {"targets": {}, "departments": {}, "guardrails": (), "okrs": (), "initiatives": ()}
    return compile_plan(msgspec.structs.replace(found, metrics=metrics, north_star=star, calendar=calendar, **bare))


def _judged(plan: Plan, name: str, metric: str, window: model.Window) -> Iterator[tuple[Band, float]]:
    """Every third day, or every week."""
    [topic] = plan.sources
    folded: Folded = fold_files(plan, [(topic, str(FILES[name]))])
    readings = Readings(plan, folded.cells, AsOf(folded.last_ms, folded.last_ms))
    first, last = plan.calendar.day(folded.first_ms), plan.calendar.day(folded.last_ms)
    for day in range(first + 50, last, 7 if window == model.Calendar(model.Unit.WEEK) else 3):
        as_of_ms = plan.calendar.start(day + 1) - 1
        for point in bands(plan, folded.cells, Asked(metric, window, as_of_ms)):
            value = readings.running(metric, window, point.at_ms).value
            if value is not None:
                yield point.band, float(value)


def _held(judged: list[tuple[Band, float]]) -> Held:
    inside = sum(band.lower <= value <= band.upper for band, value in judged)
    widths = [(band.upper - band.lower) / 2 / band.middle for band, _ in judged if band.middle > 0]
    return Held(inside, len(judged), float(np.median(widths)))


def test_few_errors_make_a_wide_band() -> None:
    says = np.zeros((25, 0))
    rng = np.random.default_rng(3)
    values = 100 * np.exp(rng.normal(0, 0.1, 24))
    short, long = (expect(Past(values[-n:], says[-n - 1 :], Rhythm(6, 26, 12))) for n in (12, 24))
    assert short is not None
    assert long is not None
    assert short.upper - short.lower > long.upper - long.lower
