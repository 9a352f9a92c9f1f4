"""A stage may have more than its source had when that was copied: what is new there has not seen the difference."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Collection, Mapping

import pytest
from redis import Redis

from schemas.definition.loading import parse
from schemas.events.needs import RawRecord
from services.definition.carry import Stores, carry
from services.definition.kept import going_on
from streams.cells import Cells
from streams.events.raws import Raws
from streams.fold import Records, unpack
from streams.plan import INTERNAL_PARTITIONS, Plan, compile_plan
from streams.readings import AsOf, Readings
from streams.rekeying.messages import Origin
from streams.state.port import Log, Partition
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.redis.copier import Held, RedisCopier
from streams.worker.intake import Intake, SourceIntake, StageIntake, Worked
from streams.worker.sessions import TopicFacts
from streams.worker.succession import Succession
from tests.live.road import EVERY_KEY
from tests.servers import RedisServer
from tests.services.exporter.world import APPENDED
from tests.streams.folding import DAY, HOUR, event

MIDNIGHT = 1_740_009_600_000  # 2025-02-20 in UTC
OLD = """\
company: Test
time_zone: UTC
events: {topic: shop, keyed_by: user_id, lateness: 1d}
measures:
  accounts: {distinct: account_id, of: order}
metrics:
  accounts: {measure: accounts, window: {calendar: day}}
north_star: {metric: accounts}
"""
NEW = OLD.replace("metrics:\n", "  large: {distinct: account_id, of: order, where: amount > 50}\nmetrics:\n").replace(
    "north_star:", "  large: {measure: large, window: {calendar: day}}\nnorth_star:"
)


class Road:
    """One source partition and its stage, folded when told to."""

    def __init__(self, plan: Plan, url: str) -> None:
        self._plan, self._store = plan, RedisStore(url)
        self._internal: dict[tuple[str, int], list[bytes]] = defaultdict(list)

    async def begin(self) -> None:
        """All partitions have a position."""
        await self._store.fix_partitions(self._plan.version, "shop", 1)
        for topic in self._plan.stages:
            await self._store.fix_partitions(self._plan.version, topic, INTERNAL_PARTITIONS)
        await self.fold([])

    async def fold(self, log: list[dict[str, object]]) -> None:
        """The source to the end of its log, then all that was sent."""
        worked = await self._fold("shop", 0, [json.dumps(one).encode() for one in log])
        for out in () if worked is None else worked.outgoing:
            self._internal[out.topic, out.partition] += out.messages
        for topic in self._plan.stages:
            for number in range(INTERNAL_PARTITIONS):
                await self._fold(topic, number, self._internal[topic, number])

    async def _fold(self, topic: str, number: int, values: list[bytes]) -> Worked | None:
        session, opened = await self._store.open(
            Partition(self._plan.version, topic, number), Log(0, 10**9, "topic-id")
        )
        intake: Intake = (
            StageIntake(self._plan, topic)
            if topic in self._plan.stages
            else SourceIntake(self._plan, Origin(topic, number, 1), opened)
        )
        begin = opened.standing.position
        if begin >= len(values):
            session.close()
            return None
        raws = Raws.of(RawRecord(n, APPENDED, None, value) for n, value in enumerate(values) if n >= begin)
        worked = intake.prepare(raws, opened.standing, len(values))
        rows = await session.read(worked.work.wanted)
        records: Records = {space: {e: unpack(row) for e, row in some.items()} for space, some in rows.items()}
        effect = worked.work.fold(records, opened.standing.floor)
        await session.apply(intake.commit(worked, effect, records))
        session.close()
        return worked


class Topics:
    """Kafka as the command asks it."""

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        assert list(topics) == ["shop"]
        assert len(internal) == 1

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        return dict.fromkeys(topics, TopicFacts("topic-id", 1))


def orders(first: int, number: int, begin_ms: int) -> list[dict[str, object]]:
    """One a minute, each of another account."""
    return [
        event(f"e{n}", "order", f"u{n}", begin_ms + (n - first) * 60_000, account_id=f"a{n}", amount=60)
        for n in range(first, first + number)
    ]


def test_what_a_stage_had_beyond_its_source_is_not_taken_for_seen_by_what_is_new(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, old, new = redis_server.url, compile_plan(parse(OLD)), compile_plan(parse(NEW))
    before, meanwhile = orders(0, 10, MIDNIGHT - HOUR), orders(10, 10, MIDNIGHT + 60_000)
    log = before + meanwhile + orders(20, 10, MIDNIGHT + HOUR) + orders(30, 10, MIDNIGHT + DAY)
    held, went_on = RedisCopier.held, list[Partition]()

    async def story() -> Readings:
        road = Road(old, url)
        await road.begin()
        await road.fold(before)
        reader = RedisReader(url)
        await Succession(old, RedisRegistry(url), reader, ()).announce()

        async def going_on_meanwhile(copier: RedisCopier, partition: Partition) -> Held | None:
            if partition.topic in old.stages and not went_on:  # the sources are copied
                went_on.append(partition)
                await road.fold(before + meanwhile)
            return await held(copier, partition)

        monkeypatch.setattr(RedisCopier, "held", going_on_meanwhile)
        async with RedisCopier(url) as copier:
            await carry(new.definition, Stores(RedisRegistry(url), reader, RedisStore(url), copier), Topics())
        plan = await going_on(RedisRegistry(url), new)
        await Road(plan, url).fold(log)
        wanted = {one.name: [EVERY_KEY] for one in plan.series.values()}
        partitions = [Partition(plan.version, "shop", 0)]
        partitions += [Partition(plan.version, topic, n) for topic in plan.stages for n in range(INTERNAL_PARTITIONS)]
        found = [await reader.snapshot(partition, wanted) for partition in partitions]
        await reader.close()
        at_ms = MIDNIGHT + DAY + HOUR
        return Readings(plan, Cells.of([one for one in found if one is not None]), AsOf(at_ms, at_ms))

    readings = asyncio.run(story())
    day = new.definition.metrics["large"].windows[0]
    shown = {
        metric: [readings.running(metric, day, MIDNIGHT + n * DAY + 2 * HOUR).value for n in (-1, 0, 1)]
        for metric in ("accounts", "large")
    }
    assert shown == {"accounts": [10, 20, 10], "large": [None, None, 10]}
