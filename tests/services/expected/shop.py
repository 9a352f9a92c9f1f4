"""A shop whose orders are made up: how many on each day, or in each hour, with chance of a known size."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from schemas.definition import model
from schemas.definition.steering import Campaign, CompanyCalendar, Holiday, NorthStar
from services.expected.band import Band
from services.expected.of_past import Asked, Point, bands
from streams.cells import Cells
from streams.plan import Plan, compile_plan

ZONE = "Europe/Amsterdam"
WEEKEND = {5: 0.6, 6: 0.4}
"""What a Saturday and a Sunday are of another day."""
Numbers = Callable[[date], float]


def shop(*windows: model.Window, holidays: tuple[date, ...] = (), campaigns: tuple[Campaign, ...] = ()) -> Plan:
    """Orders, and revenue for each of them, over these windows."""
    source = model.Source(name="shop", topic="shop", keyed_by="user_id")
    given: dict[str, Any] = {"source": "shop", "of": "order"}
    values: dict[str, model.Value] = {"orders": model.Plain("orders"), "value": model.Ratio("revenue", "orders")}
    return compile_plan(
        model.Definition(
            company="Shop",
            time_zone=ZONE,
            north_star=NorthStar(metric="orders"),
            sources=(source,),
            measures={
                "orders": model.Count(name="orders", **given),
                "revenue": model.Sum(name="revenue", property="amount", decimals=2, **given),
            },
            metrics={name: model.Metric(name=name, value=value, windows=windows) for name, value in values.items()},
            calendar=CompanyCalendar(
                holidays=tuple(Holiday(date=day, name="feast") for day in holidays), campaigns=campaigns
            ),
        )
    )


def weekly(level: float) -> Numbers:
    """So many orders on a working day, fewer on a weekend."""
    return lambda day: level * WEEKEND.get(day.weekday(), 1.0)


def noisy(numbers: Numbers, seed: int, sigma: float = 0.08) -> Numbers:
    """Every day off by chance of this size, the same each time that a day is asked for."""

    def found(day: date) -> float:
        chance = np.random.default_rng([seed, day.toordinal()]).normal(0, sigma)
        return numbers(day) * float(np.exp(chance))

    return found


def days_of(plan: Plan, window: model.Window, numbers: Numbers, days: tuple[date, date]) -> Cells:
    """Orders on each day, the last included, at 30 each."""
    cells, (first, last) = Cells(), days
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        number = round(numbers(date.fromordinal(ordinal)))
        cells.add(plan.series["orders", window].name, {f"{ordinal}": number})
        cells.add(plan.series["revenue", window].name, {f"{ordinal}": 3000 * number})
    return cells


def hours_of(
    plan: Plan, window: model.RollingSpan, numbers: Callable[[datetime], float], days: tuple[date, date]
) -> Cells:
    """Orders in each local hour, all in its first minutes."""
    cells = Cells()
    begin, end = (datetime.combine(day, time(), plan.calendar.zone) for day in days)
    for t in range(round(begin.timestamp()), round(end.timestamp()), 3600):
        number = round(numbers(datetime.fromtimestamp(t, plan.calendar.zone)))
        cells.add(plan.series["orders", window].name, {f"{t * 1000 // window.grain_ms}": number})
    return cells


def at(plan: Plan, day: date, hour: int = 12) -> int:
    """A local time of a day, in milliseconds."""
    return round(datetime.combine(day, time(hour), plan.calendar.zone).timestamp() * 1000)


def bands_at(
    plan: Plan, cells: Cells, window: model.Window, as_of_ms: int, metric: str = "orders"
) -> tuple[Point, ...]:
    return bands(plan, cells, Asked(metric, window, as_of_ms))


def band_at(plan: Plan, cells: Cells, window: model.Window, as_of_ms: int, metric: str = "orders") -> Band:
    """The only one."""
    (point,) = bands_at(plan, cells, window, as_of_ms, metric)
    return point.band


def before(day: date, days: int) -> date:
    return day - timedelta(days=days)
