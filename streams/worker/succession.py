"""A version comes to be served: its workers announce it, fold beside whoever is served, and take over when caught up.

    a partition is opened ──▶ announce: served at once, or next
    every partition stands at the log's end of a look ago ──▶ the key is exchanged, in one step

A worker that dies anywhere leaves the key as it was or as it is to be; another one does what is left.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping

import msgspec
from aiokafka.errors import KafkaError
from faust.types import TP

from schemas.errors import LogError, StateError
from streams.plan import NOTHING_CARRIED, Carried, Plan
from streams.state.port import Log, Opened, Partition, Reader, Session, Standing, Store
from streams.state.serving import Registry, Serving, announced, taken_over

log = logging.getLogger(__name__)

LOOK_S = 1.0
Limits = Callable[[Collection[TP]], Awaitable[Mapping[TP, tuple[int, int]]]]
"""The first offset of each log, and the offset after its last; nothing while there is nobody to ask."""


class Succession:
    """One version's way to be served, seen from one worker."""

    def __init__(
        self,
        plan: Plan,
        registry: Registry,
        reader: Reader,
        away: tuple[type[Exception], ...],
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._plan, self._registry, self._reader, self._now_ms = plan, registry, reader, now_ms
        self._waited_out = (StateError, KafkaError, OSError, TimeoutError, *away)
        self._company, self._version = plan.definition.company, plan.version
        self._definition = msgspec.json.encode(plan.definition)
        self._before: Mapping[TP, tuple[int, int]] = {}
        self._anew = True

    async def announce(self) -> None:
        """Once there is something to follow: a partition of this version is open.

        Raises LogError where the version went on with another after this worker had read that it did not, or the other
        way: records lie otherwise than it would read them.
        """
        kept = await self._registry.carried(self._version)
        carried = NOTHING_CARRIED if kept is None else msgspec.json.decode(kept, type=Carried)
        if carried != self._plan.carried:
            raise LogError(
                f"what version {self._version} goes on with was changed by nsm definition carry since this worker "
                "began: nothing was counted, start it again"
            )
        await self._registry.keep_definition(self._version, self._definition)
        while True:
            known = await self._registry.serving(self._company)
            wanted = announced(known, self._version, self._now_ms(), anew=self._anew)
            if known == wanted or await self._registry.exchange(self._company, known, wanted):
                break
        if self._anew:
            log.info("version %s %s", self._version, _told(wanted, self._version))
        self._anew = False

    async def watch(self, limits: Limits) -> None:
        """Takes over when the time has come; whoever is away is asked again."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look(limits)
            except self._waited_out:  # the sessions say it
                self._before = {}

    async def look(self, limits: Limits) -> None:
        """Takes over if it is next and all that the logs held a look ago is folded."""
        known = await self._registry.serving(self._company)
        if known.next != self._version:
            self._before = {}
            return
        partitions = await self._partitions()
        asked = await limits([TP(one.topic, one.number) for one in partitions]) if partitions else {}
        standings = {one: await self._reader.standing(one) for one in partitions}
        before, self._before = self._before, asked
        if not partitions or not all(_caught_up(one, standing, before) for one, standing in standings.items()):
            return
        wanted = taken_over(known, self._version, self._now_ms())
        if await self._registry.exchange(self._company, known, wanted):
            log.info("version %s %s", self._version, _told(wanted, self._version))

    async def _partitions(self) -> list[Partition]:
        """All that there have to be; none while that is not known of every source."""
        numbers = await self._reader.partitions(self._version)
        topics = [*self._plan.sources, *self._plan.stages]
        if not all(numbers.get(topic) for topic in topics):
            return []
        return [Partition(self._version, topic, n) for topic in topics for n in range(numbers[topic])]


class AnnouncingStore:
    """A store that announces the version when a partition of it was opened, and says what a topic no longer holds."""

    def __init__(self, store: Store, succession: Succession) -> None:
        self._store, self._succession, self.away = store, succession, store.away

    async def open(self, partition: Partition, log_: Log) -> tuple[Session, Opened]:
        session, opened = await self._store.open(partition, log_)
        try:
            if opened.standing == Standing(position=log_.begin) and log_.begin > 0:
                log.warning(
                    "%s[%d] reaches back to offset %d only: version %s begins there, and first ever, repeats and "
                    "lifetimes know nothing of what came before (nsm definition carry keeps what another version knew)",
                    partition.topic,
                    partition.number,
                    log_.begin,
                    partition.version,
                )
            await self._succession.announce()
        except BaseException:
            session.close()
            raise
        return session, opened

    async def fix_partitions(self, version: str, topic: str, number: int) -> int:
        return await self._store.fix_partitions(version, topic, number)

    async def retire(self, partition: Partition) -> None:
        await self._store.retire(partition)


def _caught_up(partition: Partition, standing: Standing | None, ends: Mapping[TP, tuple[int, int]]) -> bool:
    limits = ends.get(TP(partition.topic, partition.number))
    return standing is not None and limits is not None and standing.position >= limits[1]


def _told(serving: Serving, version: str) -> str:
    match serving.part_of(version):
        case "served":
            return f"has taken over from {serving.before}" if serving.before else "is served"
        case "next":
            return f"is folded beside {serving.served}, which is served until this one has caught up"
        case "before":
            return f"is kept up, but {serving.served} is served"
        case _:
            return f"is folded, but {serving.served} is served and {serving.next} is next"
