"""Segments of entities over HTTP and to Prometheus."""

import asyncio
import random
from fractions import Fraction

import msgspec
from aiohttp.test_utils import TestClient, TestServer

from schemas import names
from schemas.definition import model
from schemas.definition.model import Definition
from services.exporter.api import build_api
from services.exporter.collector import ReadingsCollector
from streams.plan import compile_plan, measures_of, rekeyed_by
from tests.services.exporter.full_company import samples
from tests.services.exporter.over_http import get, history
from tests.services.exporter.world import NOW, World
from tests.streams import meaning
from tests.streams.split import SEEN, SEGMENTS, segment_of, split

ZONE = "Europe/Amsterdam"
WINDOW = model.Calendar(model.Unit.MONTH)
SHOWN = ("m_customers", "m_regulars", "m_firsts", "m_repeats", "m_reorders")


def of_users() -> Definition:
    """Without what needs a second stage."""
    given = split(ZONE)
    source = given.sources[0]
    others = {name for name, one in given.measures.items() if rekeyed_by(one, source) is not None}
    metrics = {name: one for name, one in given.metrics.items() if others.isdisjoint(measures_of(given, name))}
    return msgspec.structs.replace(given, metrics=metrics)


def test_every_page_shows_the_segments_of_entities_and_of_ratios_that_are_split_on_both_sides() -> None:
    rng = random.Random(4)
    events = [one | {"city": rng.choice(SEEN)} for one in history(NOW)]
    alone = {segment: [one for one in events if segment_of(one) == segment] for segment in SEGMENTS}
    inside = meaning.in_window(WINDOW, ZONE, NOW)

    async def story() -> None:
        world = World(compile_plan(of_users()), 2)
        measures = world.plan.definition.measures
        expected = {
            (f"m_{name}", segment): meaning.number(measures[name], alone[segment], inside)
            for name in ("customers", "regulars", "firsts", "repeats", "reorders", "orders")
            for segment in SEGMENTS
        }
        each = {s: expected["m_orders", s] / expected["m_customers", s] for s in SEGMENTS}
        expected = {key: number for key, number in expected.items() if key[0] != "m_orders"}
        expected |= {("orders_each", segment): number for segment, number in each.items()}
        await world.company.begin()
        await world.company.publish(*events)
        world.caught_up()
        await world.snapshots.refresh()
        async with TestClient(TestServer(build_api(world.shown))) as client:
            found = (await get(client, "/v1/readings"))["readings"]
            single = [await get(client, f"/v1/metrics/{name}", window="month") for name in (*SHOWN, "orders_each")]
        told = {
            (one["metric"], one["segment"]): Fraction(one["exact"])
            for one in found
            if one["dimension"] == "city" and one["window"] == "month" and one["metric"] in (*SHOWN, "orders_each")
        }
        assert told == expected
        at_once = {
            (one["metric"], part["segment"]): Fraction(part["exact"]) for one in single for part in one["segments"]
        }
        assert at_once == expected
        scraped = {
            (one.labels["metric"], one.labels["segment"]): one.value
            for one in samples(ReadingsCollector(world.snapshots))
            if one.name == names.METRIC_VALUE and one.labels["dimension"] == "city" and one.labels["window"] == "month"
        }
        assert {key: scraped[key] for key in expected} == {key: float(number) for key, number in expected.items()}

    asyncio.run(story())
