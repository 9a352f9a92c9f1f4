"""Source partitions and the stages of what is re-keyed, folded when told to."""

from collections import defaultdict
from collections.abc import Sequence

from schemas.events.needs import RawRecord
from streams.cells import Cells
from streams.plan import INTERNAL_PARTITIONS, Plan
from streams.readings import AsOf, Readings
from streams.rekeying.messages import Origin
from streams.state.port import Partition, Reader, Store
from tests.live.road import EVERY_KEY
from tests.services.exporter.world import APPENDED, Event, records_of
from tests.streams.worker.folding import fold_log


class StagedRoad:
    """One version over the topic shop."""

    def __init__(self, plan: Plan, store: Store, partitions: int = 1) -> None:
        self._plan, self._store, self._partitions = plan, store, partitions
        self._internal: dict[tuple[str, int], list[bytes]] = defaultdict(list)

    async def begin(self) -> None:
        """All partitions have a position."""
        await self._store.fix_partitions(self._plan.version, "shop", self._partitions)
        for topic in self._plan.stages:
            await self._store.fix_partitions(self._plan.version, topic, INTERNAL_PARTITIONS)
        await self.fold([[]] * self._partitions)

    async def fold(self, logs: Sequence[Sequence[Event]]) -> None:
        """The sources to the ends of their logs, then all that was sent."""
        await self.fold_sources(logs)
        await self.fold_stages()

    async def fold_sources(self, logs: Sequence[Sequence[Event]]) -> None:
        """To the ends of their logs; what they send is kept."""
        for number, log in enumerate(logs):
            place = Origin("shop", number, self._partitions)
            for out in await fold_log(self._plan, self._store, place, records_of(log)):
                self._internal[out.topic, out.partition] += out.messages

    async def fold_stages(self) -> None:
        """All that they were sent."""
        for number in range(INTERNAL_PARTITIONS):
            await self.fold_stage_partitions(number)

    async def fold_stage_partitions(self, number: int) -> None:
        """One of each stage, all that it was sent."""
        for topic in self._plan.stages:
            sent = [RawRecord(n, APPENDED, None, value) for n, value in enumerate(self._internal[topic, number])]
            await fold_log(self._plan, self._store, Origin(topic, number, INTERNAL_PARTITIONS), sent)

    async def readings(self, reader: Reader, at_ms: int) -> Readings:
        wanted = {one.name: [EVERY_KEY] for one in self._plan.series.values()}
        partitions = [Partition(self._plan.version, "shop", n) for n in range(self._partitions)]
        partitions += [
            Partition(self._plan.version, topic, n) for topic in self._plan.stages for n in range(INTERNAL_PARTITIONS)
        ]
        found = [await reader.snapshot(partition, wanted) for partition in partitions]
        return Readings(self._plan, Cells.of([one for one in found if one is not None]), AsOf(at_ms, at_ms))
