"""A small company under an exporter: partitions folded on demand, a clock and log ends set by hand."""

import json
from collections.abc import Collection, Mapping, Sequence
from zlib import crc32

from schemas.events.needs import RawRecord
from services.exporter.freshness import End
from services.exporter.snapshots import Snapshots, Source
from services.exporter.version import Version
from streams.plan import Plan
from streams.rekeying.messages import Origin
from streams.state.memory import MemoryStore
from streams.state.port import KeySpan, Log, Memory, Partition, Reader, Snapshot, Standing, Store
from tests.streams.folding import the_source
from tests.streams.worker.folding import fold_log

NOW = 1_774_900_000_000  # two days after Europe's clocks went forward in 2026
APPENDED = NOW + 100 * 86_400_000  # by a broker whose clock is ahead of every test
Event = dict[str, object]


def records_of(log: Sequence[Event], begin: int = 0, *, keyed: bool = True) -> list[RawRecord]:
    """A log as the broker has it, from an offset on; messages bear their user as key, or none."""
    keys = [str(one["user_id"]).encode() if keyed and one.get("user_id") is not None else None for one in log]
    return [
        RawRecord(offset, APPENDED, key, json.dumps(one).encode())
        for offset, (key, one) in enumerate(zip(keys, log, strict=True), begin)
    ]


class Clock:
    """Milliseconds that move when told to."""

    def __init__(self, now_ms: int = NOW) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


class FakeEnds:
    """Log ends as the test sets them."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], End] = {}
        self.followed: Collection[Partition] = ()

    def follow(self, partitions: Collection[Partition]) -> None:
        self.followed = list(partitions)


class WatchedReader:
    """Any reader: counts what it is asked, is away when told to be."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.away = reader, False
        self.asked: list[tuple[int, Mapping[str, Collection[KeySpan]]]] = []

    async def snapshot(self, partition: Partition, wanted: Mapping[str, Collection[KeySpan]]) -> Snapshot | None:
        self._answer()
        self.asked.append((partition.number, wanted))
        return await self.reader.snapshot(partition, wanted)

    async def standing(self, partition: Partition) -> Standing | None:
        self._answer()
        return await self.reader.standing(partition)

    async def partitions(self, version: str) -> dict[str, int]:
        self._answer()
        return await self.reader.partitions(version)

    async def memory(self) -> Memory:
        self._answer()
        return await self.reader.memory()

    async def close(self) -> None:
        await self.reader.close()

    def _answer(self) -> None:
        if self.away:
            raise ConnectionError("Redis closed the connection.")


class Company:
    """Its log, spread over partitions by user, and the state that it is folded into.

    ``keyed`` says whether messages that are published from now on bear their key.
    """

    def __init__(self, plan: Plan, store: Store, partitions: int = 2) -> None:
        self.plan, self.store, self.number, self.keyed = plan, store, partitions, True
        self.source = the_source(plan)
        self.logs: list[list[Event]] = [[] for _ in range(partitions)]
        self._records: list[list[RawRecord]] = [[] for _ in range(partitions)]

    @property
    def topic(self) -> str:
        return self.source.source.topic

    async def begin(self) -> None:
        """As the first worker does: the number is fixed, every partition has a position."""
        await self.store.fix_partitions(self.plan.version, self.topic, self.number)
        for number in range(self.number):
            await self.open(number)

    async def open(self, number: int) -> None:
        """Gives the partition a position."""
        session, _ = await self.store.open(Partition(self.plan.version, self.topic, number), Log(0, 10**9, "topic-id"))
        session.close()

    def append(self, *events: Event) -> None:
        for event in events:
            self.logs[crc32(str(event.get("user_id")).encode()) % self.number].append(event)

    async def publish(self, *events: Event, batch: int = 1000) -> None:
        """Appended and folded."""
        self.append(*events)
        for number in range(self.number):
            await self.fold(number, batch)

    async def fold(self, number: int, batch: int = 1000, upto: int | None = None) -> None:
        """One partition, from where its state stands to the end of its log."""
        records, log = self._records[number], self.logs[number]
        records += records_of(log[len(records) :], len(records), keyed=self.keyed)  # each is encoded once
        await fold_log(self.plan, self.store, Origin(self.topic, number, self.number), records[:upto], batch)


class World:
    """The company, and one exporter that watches it."""

    def __init__(self, plan: Plan, partitions: int = 2) -> None:
        self.plan, self.clock, self.ends = plan, Clock(), FakeEnds()
        self.store = MemoryStore()
        self.company = Company(plan, self.store, partitions)
        self.reader = WatchedReader(self.store)
        self.snapshots = self.exporter()
        self._version = Version(self.snapshots)

    def exporter(self) -> Snapshots:
        """Another one over the same state."""
        return Snapshots(self.plan, Source(self.reader, self.ends), self.clock)

    def shown(self) -> Version:
        """What its pages show."""
        return self._version

    def caught_up(self, asked_ms: int | None = None) -> None:
        """Kafka says that its logs end where they do, asked now unless said otherwise."""
        for number, log in enumerate(self.company.logs):
            at = self.clock.now_ms if asked_ms is None else asked_ms
            self.ends.known[self.company.topic, number] = End(len(log), at)
