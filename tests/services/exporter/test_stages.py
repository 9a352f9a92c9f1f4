"""What is shown of re-keyed measures: cells of both stages in one sum, as of the slower of them."""

import asyncio

import pytest

from schemas import names
from services.exporter.collector import ReadingsCollector
from services.exporter.followed import NothingToShow
from services.exporter.freshness import SETTLE_MS
from streams.plan import INTERNAL_PARTITIONS, Plan, compile_plan
from streams.state.port import NEVER
from tests.services.exporter.staged_road import StagedRoad
from tests.services.exporter.world import NOW, World
from tests.streams.folding import DAY, event
from tests.streams.rekeying.company import rekeyed

PLAN: Plan = compile_plan(rekeyed("Europe/Amsterdam", lateness_ms=DAY))
ACCOUNTS = next(stage for stage in PLAN.stages.values() if stage.key == "account_id")


def orders(first: int, number: int) -> list[dict[str, object]]:
    """Of users of three accounts."""
    return [
        event(f"e{n}", "order", f"u{n % 7}", NOW - 60_000 + n, account_id=f"a{n % 3}", amount=60)
        for n in range(first, first + number)
    ]


def test_a_metric_waits_for_both_stages_and_then_says_what_both_hold() -> None:
    async def story() -> None:
        world = World(PLAN, 2)
        road = StagedRoad(PLAN, world.store, 2)
        await world.company.begin()
        await world.snapshots.refresh()
        with pytest.raises(NothingToShow, match="no worker has begun to count nsm-"):
            world.snapshots.shown()
        await road.begin()
        world.company.append(*orders(0, 30))
        world.caught_up()
        await road.fold_sources(world.company.logs)
        await world.snapshots.refresh()
        shown = world.snapshots.shown()
        assert shown.trust["m_customers"].as_of.watermark_ms == NOW - SETTLE_MS
        assert shown.trust["m_accounts"].as_of.watermark_ms == NEVER, "none of it has come through"
        await road.fold_stages()
        await world.snapshots.refresh()
        shown = world.snapshots.shown()
        assert shown.trust["m_accounts"].as_of == shown.trust["m_customers"].as_of
        values = {(one.metric, one.window): one.value for one in shown.running if not one.segment}
        assert values["m_customers", "day"] == 7
        assert values["m_accounts", "day"] == 3
        world.clock.now_ms += DAY // 24
        world.company.append(*orders(30, 30))
        world.caught_up()
        await road.fold_sources(world.company.logs)
        await world.snapshots.refresh()
        trust = world.snapshots.shown().trust
        assert trust["m_accounts"].as_of.watermark_ms == NOW - SETTLE_MS < trust["m_customers"].as_of.watermark_ms

    asyncio.run(story())


def test_internal_partitions_show_position_and_watermark_and_no_events_of_their_own() -> None:
    async def story() -> None:
        world = World(PLAN, 2)
        road = StagedRoad(PLAN, world.store, 2)
        await road.begin()
        world.company.append(*orders(0, 30))
        await road.fold(world.company.logs)
        await world.snapshots.refresh()
        families = {family.name: family for family in ReadingsCollector(world.snapshots).collect()}
        positions = {(s.labels["topic"], s.labels["partition"]): s.value for s in families[names.POSITION].samples}
        assert {positions[ACCOUNTS.topic, str(n)] for n in range(INTERNAL_PARTITIONS)} == {2.0}
        marks = [s for s in families[names.WATERMARK].samples if s.labels["topic"] == ACCOUNTS.topic]
        assert {s.value for s in marks} == {(NOW - 60_000 + 29) / 1000}
        events = families[names.EVENTS.removesuffix("_total")].samples
        assert {s.labels["topic"] for s in events} == {"shop"}

    asyncio.run(story())
