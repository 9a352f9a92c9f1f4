"""What is shown of re-keyed measures: cells of both stages in one sum, as of the slower of them."""

import asyncio
import json
from collections import defaultdict

import pytest

from schemas import names
from schemas.events.needs import RawRecord
from services.exporter.collector import ReadingsCollector
from services.exporter.followed import NothingToShow
from services.exporter.freshness import SETTLE_MS
from streams.events.raws import Raws
from streams.fold import Records, unpack
from streams.plan import INTERNAL_PARTITIONS, Plan, compile_plan
from streams.rekeying.messages import Origin
from streams.state.port import NEVER, Log, Opened, Partition, Session
from streams.worker.intake import Intake, SourceIntake, StageIntake, Worked
from tests.services.exporter.world import APPENDED, NOW, World
from tests.streams.folding import DAY, event
from tests.streams.rekeying.company import rekeyed

PLAN: Plan = compile_plan(rekeyed("Europe/Amsterdam", lateness_ms=DAY))
ACCOUNTS = next(stage for stage in PLAN.stages.values() if stage.key == "account_id")


class Stages:
    """Both stages of a small company, folded when told to."""

    def __init__(self) -> None:
        self.world = World(PLAN, 2)
        self.internal: dict[tuple[str, int], list[bytes]] = defaultdict(list)

    async def begin(self) -> None:
        """All partitions have a position."""
        await self.world.company.begin()
        for topic in PLAN.stages:
            await self.world.store.fix_partitions(PLAN.version, topic, INTERNAL_PARTITIONS)
            for number in range(INTERNAL_PARTITIONS):
                session, _ = await self.world.store.open(Partition(PLAN.version, topic, number), Log(0, 10**9, "id"))
                session.close()

    async def fold_sources(self) -> None:
        """To the end of each log."""
        for number, log in enumerate(self.world.company.logs):
            session, opened = await self.world.store.open(
                Partition(PLAN.version, "shop", number), Log(0, 10**9, "topic-id")
            )
            intake = SourceIntake(PLAN, Origin("shop", number, 2), opened)
            values = [json.dumps(one).encode() for one in log]
            for out in (await self._fold(intake, session, opened, values)).outgoing:
                self.internal[out.topic, out.partition] += out.messages

    async def fold_stages(self) -> None:
        """All that was sent."""
        for topic in PLAN.stages:
            for number in range(INTERNAL_PARTITIONS):
                session, opened = await self.world.store.open(
                    Partition(PLAN.version, topic, number), Log(0, 10**9, "id")
                )
                await self._fold(StageIntake(PLAN, topic), session, opened, self.internal[topic, number])

    async def _fold(self, intake: Intake, session: Session, opened: Opened, values: list[bytes]) -> Worked:
        begin = opened.standing.position
        raws = Raws.of(RawRecord(n, APPENDED, None, value) for n, value in enumerate(values) if n >= begin)
        worked = intake.prepare(raws, opened.standing, len(values))
        rows = await session.read(worked.work.wanted)
        records: Records = {space: {e: unpack(row) for e, row in some.items()} for space, some in rows.items()}
        effect = worked.work.fold(records, opened.standing.floor)
        await session.apply(intake.commit(worked, effect, records))
        session.close()
        return worked


def orders(first: int, number: int) -> list[dict[str, object]]:
    """Of users of three accounts."""
    return [
        event(f"e{n}", "order", f"u{n % 7}", NOW - 60_000 + n, account_id=f"a{n % 3}", amount=60)
        for n in range(first, first + number)
    ]


def test_a_metric_waits_for_both_stages_and_then_says_what_both_hold() -> None:
    async def story() -> None:
        stages = Stages()
        world = stages.world
        await world.company.begin()
        await world.snapshots.refresh()
        with pytest.raises(NothingToShow, match="no worker has begun to count nsm-"):
            world.snapshots.shown()
        await stages.begin()
        world.company.append(*orders(0, 30))
        world.caught_up()
        await stages.fold_sources()
        await world.snapshots.refresh()
        shown = world.snapshots.shown()
        assert shown.trust["m_customers"].as_of.watermark_ms == NOW - SETTLE_MS
        assert shown.trust["m_accounts"].as_of.watermark_ms == NEVER, "none of it has come through"
        await stages.fold_stages()
        await world.snapshots.refresh()
        shown = world.snapshots.shown()
        assert shown.trust["m_accounts"].as_of == shown.trust["m_customers"].as_of
        values = {(one.metric, one.window): one.value for one in shown.running if not one.segment}
        assert values["m_customers", "day"] == 7
        assert values["m_accounts", "day"] == 3
        world.clock.now_ms += DAY // 24
        world.company.append(*orders(30, 30))
        world.caught_up()
        await stages.fold_sources()
        await world.snapshots.refresh()
        trust = world.snapshots.shown().trust
        assert trust["m_accounts"].as_of.watermark_ms == NOW - SETTLE_MS < trust["m_customers"].as_of.watermark_ms

    asyncio.run(story())


def test_internal_partitions_show_position_and_watermark_and_no_events_of_their_own() -> None:
    async def story() -> None:
        stages = Stages()
        await stages.begin()
        stages.world.company.append(*orders(0, 30))
        await stages.fold_sources()
        await stages.fold_stages()
        await stages.world.snapshots.refresh()
        families = {family.name: family for family in ReadingsCollector(stages.world.snapshots).collect()}
        positions = {(s.labels["topic"], s.labels["partition"]): s.value for s in families[names.POSITION].samples}
        assert {positions[ACCOUNTS.topic, str(n)] for n in range(INTERNAL_PARTITIONS)} == {2.0}
        marks = [s for s in families[names.WATERMARK].samples if s.labels["topic"] == ACCOUNTS.topic]
        assert {s.value for s in marks} == {(NOW - 60_000 + 29) / 1000}
        events = families[names.EVENTS.removesuffix("_total")].samples
        assert {s.labels["topic"] for s in events} == {"shop"}

    asyncio.run(story())
