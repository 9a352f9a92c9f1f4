"""What came late for periods that were over, in JSON and as a series."""

import asyncio
import random
from collections import Counter
from typing import Any

import msgspec
from aiohttp.test_utils import TestClient, TestServer

from schemas import names
from schemas.definition import model
from schemas.definition.model import Unit
from services.exporter.api import build_api
from services.exporter.collector import ReadingsCollector
from streams.plan import compile_plan
from streams.time.clocks import written
from tests.services.exporter.full_company import samples
from tests.services.exporter.world import APPENDED, NOW, Event, World
from tests.streams.folding import DAY, HOUR, definition, event

PLAN = compile_plan(definition("Europe/Amsterdam", lateness_ms=5 * DAY))
YESTERDAY = NOW - DAY
SERIES = names.RESTATED


def order(name: str, t: int, **properties: object) -> Event:
    return event(name, "order", "ann", t, **({"amount": 60, "city": "Ede"} | properties))


async def pages(world: World, *paths: str) -> list[dict[str, Any]]:
    async with TestClient(TestServer(build_api(world.shown))) as client:
        return [await (await client.get(path)).json() for path in paths]


async def last_complete(world: World, metric: str, window: str) -> dict[str, Any]:
    [found] = await pages(world, "/v1/readings")
    [one] = [one for one in found["readings"] if (one["metric"], one["window"], one["segment"]) == (metric, window, "")]
    last: dict[str, Any] = one["last_complete"]
    return last


async def segment(world: World, metric: str, window: str, name: str) -> dict[str, Any]:
    [found] = await pages(world, "/v1/readings")
    [one] = [
        one for one in found["readings"] if (one["metric"], one["window"], one["segment"]) == (metric, window, name)
    ]
    last: dict[str, Any] = one["last_complete"]
    return last


def test_a_reading_says_by_how_much_it_was_restated_since_it_was_first_complete() -> None:
    async def story() -> None:
        world = World(PLAN, 1)
        await world.company.begin()
        await world.company.publish(order("a", YESTERDAY - HOUR), order("b", NOW - HOUR), order("c", NOW))
        world.caught_up()
        await world.snapshots.refresh()
        before = await last_complete(world, "m_orders", "day")
        assert (before["value"], before["restated"]) == (1, None)
        assert before["restatements"] == {"events": 0, "last_at": None}
        await world.company.publish(order("d", YESTERDAY, amount=12.5))
        await world.snapshots.refresh()
        after = await last_complete(world, "m_orders", "day")
        assert (after["value"], after["restated"]) == (2, {"by": 1, "at_first": 1, "exact": "1"})
        at = written(PLAN.calendar.zone, APPENDED)
        assert after["restatements"] == {"events": 1, "last_at": at}
        revenue = await last_complete(world, "m_revenue", "day")
        assert revenue["restated"] == {"by": 12.5, "at_first": 60, "exact": "60"}
        ratio = await last_complete(world, "repeats_per_customer", "day")
        assert ratio["restated"] == {"by": 1, "at_first": 0, "exact": "0"}
        assert ratio["restatements"] == {"events": 2, "last_at": at}, "once for each of its measures"
        hours = await last_complete(world, "m_orders", "2h")
        assert (hours["restated"], hours["restatements"]) == (None, {"events": 1, "last_at": at})
        assert await last_complete(world, "m_orders", "lifetime") is None
        at_end, now = await pages(
            world, f"/v1/metrics/m_orders?window=day&at={YESTERDAY}", "/v1/metrics/m_orders?window=day"
        )
        assert (at_end["value"], at_end["restated"]) == (2, {"by": 1, "at_first": 1, "exact": "1"})
        assert (now["value"], now["restated"]) == (2, None)
        [ever, so_far] = await pages(
            world,
            f"/v1/metrics/m_orders?window=lifetime&at={YESTERDAY}",
            "/v1/metrics/m_orders?window=lifetime",
        )
        assert (ever["value"], ever["restated"]) == (2, {"by": 1, "at_first": 1, "exact": "1"})
        assert (so_far["value"], so_far["restated"]) == (4, None), "it is never over"
        city = await segment(world, "m_orders", "day", "Ede")
        assert (city["value"], city["restated"]) == (2, {"by": 1, "at_first": 1, "exact": "1"})

    asyncio.run(story())


def test_of_a_conversion_it_is_said_by_how_much_late_events_changed_it_and_not_what_it_was_at_first() -> None:
    async def story() -> None:
        world = World(PLAN, 1)
        await world.company.begin()
        views = [event(name, "view", user, YESTERDAY - HOUR) for name, user in (("a", "ann"), ("b", "bob"))]
        await world.company.publish(*views, order("c", NOW), event("d", "order", "bob", YESTERDAY))
        world.caught_up()
        await world.snapshots.refresh()
        found = await last_complete(world, "m_converted", "day")
        assert (found["value"], found["restated"]) == (2, {"by": 1, "at_first": None, "exact": None})

    asyncio.run(story())


def test_the_series_counts_what_came_late_for_periods_of_the_first_window_in_every_exporter_and_after_a_start() -> None:
    rng = random.Random(3)
    events = [
        order(f"e{n}", NOW - 30 * DAY + n * 6 * HOUR - rng.choice([0, 0, rng.randrange(4 * DAY)]), amount=n)
        | {"user_id": rng.choice(["ann", "bob", "eve"])}
        for n in range(120)
    ]

    async def story() -> None:
        world = World(PLAN, 2)
        await world.company.begin()
        other = world.exporter()
        for n in range(0, 120, 17):
            await world.company.publish(*events[n : n + 17], batch=5)
            world.caught_up()
            for one in (world.snapshots, other):
                await one.refresh()
        last = world.exporter()
        await last.refresh()
        expected = {f"m_{measure}": number for measure, number in late(world).items()}
        expected["repeats_per_customer"] = expected["m_repeats"] + expected["m_customers"]
        assert expected["m_orders"] > 10
        for one in (world.snapshots, other, last):
            found = samples(ReadingsCollector(one))
            assert {s.labels["metric"]: s.value for s in found if s.name == SERIES} == expected
        told = [one.shown().complete for one in (world.snapshots, other, last)]
        assert told[0] == told[1] == told[2]
        restated = {one.metric for one in told[0] if one.restated}
        nothing = {"m_reorders", "m_converted", "m_viewed_again"}
        assert restated <= PLAN.definition.metrics.keys() - nothing, "no order here has items, and nobody viewed"
        assert restated >= {"m_orders", "m_revenue", "m_amounts", "m_repeats", "repeats_per_customer"}
        assert {one.dimension for one in told[0] if one.restated} == {"", "city"}

    asyncio.run(story())


def late(world: World) -> Counter[str]:
    """By measure, for days; every event is counted, and feeds all that are made of orders or of anything."""
    calendar, found = PLAN.calendar, Counter[str]()
    for log in world.company.logs:
        reached: int | None = None
        for one in log:
            day = calendar.day(int(str(one["time"])))
            if reached is not None and day < reached:
                for name, measure in PLAN.definition.measures.items():
                    found[name] += feeds(one, measure)
            reached = day if reached is None else max(reached, day)
    return found


def feeds(one: Event, measure: model.Measure) -> bool:
    """No order here has items."""
    if len(getattr(measure, "entity", ())) == 2:
        return False
    if measure.name == "big_orders":
        return float(str(one["amount"])) > 50
    return measure.of != "view" or measure.name == "converted"


def test_a_metric_whose_first_window_is_never_over_has_no_such_series() -> None:
    given = definition("UTC")
    lifetime = msgspec.structs.replace(given.metrics["m_orders"], windows=(model.Lifetime(), model.Calendar(Unit.DAY)))
    plan = compile_plan(msgspec.structs.replace(given, metrics=given.metrics | {"m_orders": lifetime}))

    async def story() -> None:
        world = World(plan, 1)
        await world.company.begin()
        await world.company.publish(order("a", NOW), order("b", YESTERDAY))
        await world.snapshots.refresh()
        found = {s.labels["metric"]: s.value for s in samples(ReadingsCollector(world.snapshots)) if s.name == SERIES}
        assert found.keys() == plan.definition.metrics.keys() - {"m_orders"}
        assert (found["m_revenue"], found["m_converted"]) == (1, 1)

    asyncio.run(story())
