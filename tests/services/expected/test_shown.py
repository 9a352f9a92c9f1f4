"""Bands beside the readings: shown where there is enough of a past, and never for what they were not made for."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer

from schemas import names
from schemas.definition import model
from schemas.definition.steering import NorthStar
from services.expected.expected import Expected
from services.expected.reading import KEYS_AT_ONCE, past_cells
from services.exporter.api import build_api
from services.exporter.followed import NothingToShow
from services.exporter.version import Version
from streams.measures.distribution import BINS
from streams.plan import compile_plan
from streams.state.port import Log, Partition
from streams.time.spans import running
from streams.wanted import keys_between
from tests.services.exporter.world import NOW, Event, World
from tests.streams.folding import DAY, HOUR, definition, event

ZONE = "Europe/Amsterdam"
WINDOWS = (model.Calendar(model.Unit.DAY), model.RollingDays(7), model.RollingSpan(2 * HOUR), model.Lifetime())
METRICS = ("m_orders", "m_customers", "m_amounts")
Story = Callable[[World, Version], Awaitable[None]]


def company() -> model.Definition:
    """A count, a count of customers, a distribution."""
    whole = definition(ZONE)
    metrics = {name: msgspec.structs.replace(whole.metrics[name], windows=WINDOWS) for name in METRICS}
    return msgspec.structs.replace(whole, metrics=metrics, north_star=NorthStar(metric="m_orders"))


def orders(days: int) -> list[Event]:
    """Twenty to thirty on each of the last days, by local noon and later."""
    rng = random.Random(3)
    return [
        event(f"{day}.{n}", "order", f"u{rng.randrange(150)}", NOW - day * DAY - rng.randrange(DAY), amount=5 + n)
        for day in range(days)
        for n in range(rng.randrange(20, 31))
    ]


def tell(story: Story, days: int) -> None:
    async def told() -> None:
        world = World(compile_plan(company()), 2)
        await world.company.begin()
        await world.company.publish(*orders(days))
        world.caught_up()
        await world.snapshots.refresh()
        await story(world, world.shown())

    asyncio.run(told())


def bounds(version: Version) -> dict[tuple[str, str, str], float]:
    return {
        (sample.labels["metric"], sample.labels["window"], sample.labels["bound"]): sample.value
        for family in version.collector.collect()
        for sample in family.samples
        if sample.name == names.METRIC_EXPECTED
    }


def test_every_metric_has_its_band_in_every_window_that_ends() -> None:
    async def story(_: World, version: Version) -> None:
        assert bounds(version) == {}
        await version.expected.refresh()
        shown = bounds(version)
        assert {key[:2] for key in shown} == {(metric, window.label) for metric in METRICS for window in WINDOWS[:3]}
        for metric, window in {key[:2] for key in shown}:
            lower, middle, upper = (shown[metric, window, bound] for bound in ("lower", "middle", "upper"))
            assert lower <= middle <= upper
            assert lower < upper
        assert shown["m_orders", "day", "middle"] == pytest.approx(25, abs=4)
        assert shown["m_orders", "7d", "middle"] == pytest.approx(175, abs=12)

    tell(story, 80)


def test_the_json_has_it_beside_the_reading() -> None:
    async def story(_: World, version: Version) -> None:
        await version.expected.refresh()
        async with TestClient(TestServer(build_api(lambda: version))) as client:
            answer: dict[str, Any] = await (await client.get("/v1/readings")).json()
        shown = bounds(version)
        for one in answer["readings"]:
            key = one["metric"], one["window"]
            if one["dimension"] or one["window"] == "lifetime":
                assert one["expected"] is None
            else:
                assert one["expected"] == {bound: shown[(*key, bound)] for bound in ("lower", "middle", "upper")}

    tell(story, 80)


def test_a_young_company_has_none() -> None:
    async def story(_: World, version: Version) -> None:
        await version.expected.refresh()
        assert version.expected.made > 0
        assert bounds(version) == {}

    tell(story, 30)


def test_nothing_is_worked_out_twice_for_the_same_day() -> None:
    async def story(world: World, version: Version) -> None:
        await version.expected.refresh()
        made = version.expected.made
        world.clock.now_ms += HOUR
        world.caught_up()
        await world.snapshots.refresh()
        await version.expected.refresh()
        assert version.expected.made == made == len(METRICS) * 3

    tell(story, 60)


def test_a_new_day_has_no_band_until_one_is_worked_out_for_it() -> None:
    async def story(world: World, version: Version) -> None:
        await version.expected.refresh()
        assert bounds(version)
        world.clock.now_ms += DAY
        world.caught_up()
        await world.snapshots.refresh()
        assert bounds(version) == {}
        await version.expected.refresh()
        assert bounds(version)

    tell(story, 80)


def test_without_readings_there_is_no_band_and_a_store_that_is_away_is_waited_out() -> None:
    async def story(world: World, version: Version) -> None:
        world.reader.away = True
        await version.expected.refresh()
        assert version.expected.made == 0
        world.reader.away = False
        await version.expected.refresh()
        assert bounds(version)
        world.reader.away = True
        world.clock.now_ms += 10_000
        await world.snapshots.refresh()
        assert bounds(version) == {}

    tell(story, 80)


def test_the_past_is_read_in_small_pieces_and_comes_to_what_the_readings_stand_on() -> None:
    async def story(world: World, version: Version) -> None:
        plan, (window, *_) = version.plan, WINDOWS
        world.reader.asked.clear()
        wanted = keys_between(plan, "m_orders", window, NOW - 70 * DAY, NOW)
        cells = await past_cells(version.snapshots, wanted, "whole")
        series = plan.series["m_orders".removeprefix("m_"), window]
        for _, asked in world.reader.asked:
            for spans in asked.values():
                assert all(last - (first or 0) < KEYS_AT_ONCE for first, last in spans)
        async with TestClient(TestServer(build_api(lambda: version))) as client:
            answer = await client.get("/v1/metrics/m_orders", params={"from": NOW - 60 * DAY, "to": NOW})
            history: dict[str, Any] = await answer.json()
        numbers = [cells.total(series, running(plan.calendar, window, NOW - (60 - n) * DAY)) for n in range(61)]
        assert numbers == [one["value"] for one in history["readings"]]

    tell(story, 80)


def test_the_past_of_a_quantile_is_read_without_the_bins_of_its_segments() -> None:
    async def story(world: World, version: Version) -> None:
        (window, *_), plan = WINDOWS, version.plan
        await world.company.publish(event("x", "order", "u1", NOW - 9 * DAY, amount=100_000, city="Ede"))
        world.caught_up()
        await world.snapshots.refresh()
        wanted = keys_between(plan, "m_amounts", window, NOW - 12 * DAY, NOW)
        series, span = plan.series["amounts", window], running(plan.calendar, window, NOW - 9 * DAY)
        found = {}
        for needs in ("bins", "all"):
            cells = await past_cells(version.snapshots, wanted, needs)
            found[needs] = cells.parts(series, BINS, span), cells.parts(series, "city", span)
        assert found["bins"][0] == found["all"][0] != {}
        assert (found["bins"][1], bool(found["all"][1])) == ({}, True)
        assert sum(found["all"][0].values()) == sum(found["all"][1].values())

    tell(story, 20)


def test_a_partition_that_was_set_back_while_its_past_is_read_gives_nothing() -> None:
    async def story(world: World, version: Version) -> None:
        partition = Partition(version.plan.version, world.company.topic, 0)
        world.store.__init__()  # type: ignore[misc]  # as a store that lost everything
        await world.company.begin()
        session, _ = await world.store.open(partition, Log(0, 10**9, "topic-id"))
        session.close()
        wanted = keys_between(version.plan, "m_orders", WINDOWS[0], NOW - 70 * DAY, NOW)
        with pytest.raises(NothingToShow, match="was set back while its past was read"):
            await past_cells(version.snapshots, wanted, "whole")

    tell(story, 50)


def test_between_two_full_hours_the_band_goes_from_one_to_the_other() -> None:
    async def story(world: World, version: Version) -> None:
        await version.expected.refresh()
        hour = NOW - NOW % HOUR
        middles = []
        for now_ms in (hour, hour + HOUR // 2, hour + HOUR - 1):
            world.clock.now_ms = now_ms
            world.caught_up()
            await world.snapshots.refresh()
            middles.append(bounds(version)["m_orders", "2h", "middle"])
        first, between, last = middles
        assert between == pytest.approx((first + last) / 2, rel=0.01)

    tell(story, 80)


def test_a_version_of_nothing_yet_expects_nothing() -> None:
    async def told() -> None:
        world = World(compile_plan(company()), 2)
        expected = Expected(world.snapshots)
        await expected.refresh()
        assert expected.made == 0

    asyncio.run(told())


def test_a_bug_in_the_arithmetic_costs_the_band_and_not_the_readings(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> tuple[object, ...]:
        raise ValueError("array must not contain infs")

    monkeypatch.setattr("services.expected.expected.bands", broken)

    async def story(_: World, version: Version) -> None:
        await version.expected.refresh()
        await version.expected.refresh()
        assert bounds(version) == {}
        assert version.snapshots.shown().running

    tell(story, 50)
    assert [one.message for one in caplog.records if one.exc_info] == [
        f"bug in what is expected of {metric}, {window.label}" for metric in METRICS for window in WINDOWS[:3]
    ]


def test_a_past_that_is_published_later_is_read_as_soon_as_it_is_there() -> None:
    async def story(world: World, version: Version) -> None:
        await version.expected.refresh()
        assert bounds(version) == {}
        made = version.expected.made
        await world.company.publish(*orders(80))
        for later_ms, again in ((1_000, 0), (30_000, len(METRICS) * 3), (60_000, 0)):
            world.clock.now_ms += later_ms
            world.caught_up()
            await world.snapshots.refresh()
            await version.expected.refresh()
            assert version.expected.made - made == again
            made = version.expected.made
        assert bounds(version)

    tell(story, 0)
