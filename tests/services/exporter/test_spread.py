"""Quantiles by dimension over HTTP and to Prometheus, of partitions followed from moment to moment."""

import asyncio
import random
from fractions import Fraction
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from schemas import names
from schemas.definition import model
from services.exporter.api import build_api
from services.exporter.collector import ReadingsCollector
from streams.plan import compile_plan
from tests.services.exporter.full_company import samples
from tests.services.exporter.over_http import get, history
from tests.services.exporter.world import NOW, World
from tests.streams import meaning
from tests.streams.spread import SEEN, quantile, segments, spread

ZONE = "Europe/Amsterdam"
PLAN = compile_plan(spread(ZONE))
MONTH = model.Calendar(model.Unit.MONTH)
QUANTILES = ("p0.05", "p0.5", "p0.95", "p1")


def events() -> list[dict[str, Any]]:
    rng = random.Random(6)
    return [
        one | {"city": rng.choice(SEEN), "amount": rng.choice([1, 2, 7, 20, 55.5, 90, 300])} for one in history(NOW)
    ]


def meant(some: list[dict[str, Any]], window: model.Window, at: int) -> dict[tuple[str, str], Fraction | None]:
    """By metric and city."""
    inside = meaning.in_window(window, ZONE, at)
    shown = segments(some, PLAN.definition.dimensions["city"], inside)
    return {
        (name, segment): quantile(some, name[1:], ("city", raw), inside)
        for name in QUANTILES
        for segment, raw in shown.items()
    }


def test_every_page_shows_the_quantiles_of_each_segment() -> None:
    log = events()

    async def story() -> None:
        world = World(PLAN, 2)
        await world.company.begin()
        await world.company.publish(*log[::2])
        world.caught_up()
        await world.snapshots.refresh()
        await world.company.publish(*log[1::2])
        world.caught_up()
        world.clock.now_ms += 1000
        await world.snapshots.refresh()
        async with TestClient(TestServer(build_api(world.shown))) as client:
            found = (await get(client, "/v1/readings"))["readings"]
            single = [await get(client, f"/v1/metrics/{name}", window="month") for name in QUANTILES]
            before = NOW - 3 * 86_400_000
            then = [await get(client, f"/v1/metrics/{name}", window="month", at=before) for name in QUANTILES]
        expected = meant(log, MONTH, NOW)
        told = {
            (one["metric"], one["segment"]): one["exact"] and Fraction(one["exact"])
            for one in found
            if one["dimension"] == "city" and one["window"] == "month" and one["metric"] in QUANTILES
        }
        assert told == expected
        assert len({value for value in expected.values() if value}) > 3
        for answers, right in ((single, expected), (then, meant(log, MONTH, before))):
            at_once = {
                (one["metric"], part["segment"]): part["exact"] and Fraction(part["exact"])
                for one in answers
                for part in one["segments"]
                if part["dimension"] == "city"
            }
            assert at_once == right
        scraped = {
            (one.labels["metric"], one.labels["segment"]): one.value
            for one in samples(ReadingsCollector(world.snapshots))
            if one.name == names.METRIC_VALUE and one.labels["dimension"] == "city" and one.labels["window"] == "month"
        }
        assert {key: scraped.get(key) for key in expected} == {
            key: None if value is None else float(value) for key, value in expected.items()
        }

    asyncio.run(story())
