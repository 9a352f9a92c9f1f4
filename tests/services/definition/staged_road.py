"""Source partitions and the stages of what is re-keyed, folded when told to, over a real Redis."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from schemas.events.needs import RawRecord
from streams.cells import Cells
from streams.events.raws import Raws
from streams.fold import Records, unpack
from streams.plan import INTERNAL_PARTITIONS, Plan
from streams.readings import AsOf, Readings
from streams.rekeying.messages import Origin
from streams.state.port import Log, Partition
from streams.state.redis import RedisReader, RedisStore
from streams.worker.intake import Intake, SourceIntake, StageIntake, Worked
from streams.worker.sessions import TopicFacts
from tests.live.road import EVERY_KEY
from tests.services.exporter.world import APPENDED, Event


class StagedRoad:
    """One version over the topic shop."""

    def __init__(self, plan: Plan, url: str, partitions: int = 1) -> None:
        self._plan, self._url, self._store, self._partitions = plan, url, RedisStore(url), partitions
        self._internal: dict[tuple[str, int], list[bytes]] = defaultdict(list)

    async def begin(self) -> None:
        """All partitions have a position."""
        await self._store.fix_partitions(self._plan.version, "shop", self._partitions)
        for topic in self._plan.stages:
            await self._store.fix_partitions(self._plan.version, topic, INTERNAL_PARTITIONS)
        await self.fold([[]] * self._partitions)

    async def fold(self, logs: Sequence[Sequence[Event]]) -> None:
        """The sources to the ends of their logs, then all that was sent."""
        for number, log in enumerate(logs):
            await self.fold_source(number, log)
        for number in range(INTERNAL_PARTITIONS):
            await self.fold_stages(number)

    async def fold_source(self, number: int, log: Sequence[Event]) -> None:
        """To the end of its log; what it sends is kept."""
        worked = await self._fold("shop", number, [json.dumps(one).encode() for one in log])
        for out in () if worked is None else worked.outgoing:
            self._internal[out.topic, out.partition] += out.messages

    async def fold_stages(self, number: int) -> None:
        """One partition of each, all that it was sent."""
        for topic in self._plan.stages:
            await self._fold(topic, number, self._internal[topic, number])

    async def readings(self, at_ms: int) -> Readings:
        wanted = {one.name: [EVERY_KEY] for one in self._plan.series.values()}
        partitions = [Partition(self._plan.version, "shop", n) for n in range(self._partitions)]
        partitions += [
            Partition(self._plan.version, topic, n) for topic in self._plan.stages for n in range(INTERNAL_PARTITIONS)
        ]
        reader = RedisReader(self._url)
        found = [await reader.snapshot(partition, wanted) for partition in partitions]
        await reader.close()
        return Readings(self._plan, Cells.of([one for one in found if one is not None]), AsOf(at_ms, at_ms))

    async def _fold(self, topic: str, number: int, values: list[bytes]) -> Worked | None:
        session, opened = await self._store.open(
            Partition(self._plan.version, topic, number), Log(0, 10**9, "topic-id")
        )
        intake: Intake = (
            StageIntake(self._plan, topic)
            if topic in self._plan.stages
            else SourceIntake(self._plan, Origin(topic, number, self._partitions), opened)
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


class StagedTopics:
    """Kafka as ``nsm definition carry`` asks it."""

    def __init__(self, partitions: int = 1) -> None:
        self._partitions = partitions

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        assert list(topics) == ["shop"]
        assert len(internal) == 1

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        return dict.fromkeys(topics, TopicFacts("topic-id", self._partitions))
