"""A version waits beside the served one, and takes over in one step when it has folded what the logs held."""

import logging
from collections.abc import Collection, Mapping

import msgspec
import pytest
from faust.types import TP

from schemas.definition.model import Definition
from schemas.errors import LogError
from streams.plan import Carried, Plan, compile_plan
from streams.state.memory import MemoryStore
from streams.state.port import NEVER, Commit, Log, Partition, Standing
from streams.state.serving import NOTHING, Serving
from streams.worker.succession import AnnouncingStore, Succession
from tests.streams.folding import definition
from tests.streams.worker.fakes import PLAN, TOPIC, told

NEW = compile_plan(msgspec.structs.replace(definition(), week_starts="sunday"))
OLD_SERVED = Serving(served=PLAN.version, since_ms=1)


class Worker:
    """One version's, over two partitions whose logs end where the test says."""

    def __init__(self, store: MemoryStore, plan: Plan, now_ms: int = 1) -> None:
        self.plan, self.memory, self.ends = plan, store, [10, 10]
        self.succession = Succession(plan, store, store, (), lambda: now_ms)
        self.store = AnnouncingStore(store, self.succession)

    async def fold(self, number: int, to: int, begin: int = 0) -> None:
        await self.store.fix_partitions(self.plan.version, TOPIC, 2)
        partition = Partition(self.plan.version, TOPIC, number)
        session, _ = await self.store.open(partition, Log(begin, 100, "id"))
        if to > begin:
            standing = Standing(position=to, floor=NEVER)
            await session.apply(Commit(standing=standing, cells={}, totals={}, records={}, ids={}))
        session.close()

    async def limits(self, tps: Collection[TP]) -> Mapping[TP, tuple[int, int]]:
        return {tp: (0, self.ends[tp.partition]) for tp in tps}

    async def look(self) -> Serving:
        await self.succession.look(self.limits)
        return await self.memory.serving("Test")


def test_the_first_version_is_served_at_once_and_its_definition_is_kept() -> None:
    async def story() -> None:
        store = MemoryStore()
        await Worker(store, PLAN).fold(0, 0)
        assert await store.serving("Test") == OLD_SERVED
        kept = await store.definition(PLAN.version)
        assert kept is not None
        assert compile_plan(msgspec.json.decode(kept, type=Definition)).version == PLAN.version

    told(story())


def test_a_worker_that_began_before_its_version_went_on_with_another_stops_before_it_counts() -> None:
    async def story() -> None:
        store, carried = MemoryStore(), Carried(before=PLAN.version)
        early = Worker(store, NEW)
        await store.keep_carried(NEW.version, msgspec.json.encode(carried))
        with pytest.raises(LogError, match="start it again"):
            await early.fold(0, 5)
        assert await store.standing(Partition(NEW.version, TOPIC, 0)) in (None, Standing(position=0))
        assert await store.serving("Test") == NOTHING
        await Worker(store, compile_plan(NEW.definition, carried)).fold(0, 5)
        assert (await store.serving("Test")).served == NEW.version

    told(story())


def test_another_takes_over_only_when_every_partition_stood_at_the_end_a_look_ago() -> None:
    async def story() -> None:
        store = MemoryStore()
        await Worker(store, PLAN).fold(0, 10)
        new = Worker(store, NEW, now_ms=2)
        waiting = Serving(served=PLAN.version, next=NEW.version, since_ms=1)
        await new.fold(0, 10)
        assert await new.look() == waiting
        assert await new.look() == waiting, "its other partition has no position"
        await new.fold(1, 9)
        assert await new.look() == waiting
        new.ends = [12, 12]
        await new.fold(1, 10)
        taken = Serving(served=NEW.version, before=PLAN.version, since_ms=2)
        assert await new.look() == taken, "up to where the logs ended a look ago"
        assert await new.look() == taken

    told(story())


def test_a_version_that_was_served_before_is_kept_up_and_stays_back() -> None:
    async def story() -> None:
        store = MemoryStore()
        back = Serving(served=PLAN.version, before=NEW.version, since_ms=5)
        await store.exchange("Test", await store.serving("Test"), back)
        new = Worker(store, NEW)
        for number in (0, 1):
            await new.fold(number, 10)
        for _ in range(3):
            assert await new.look() == back

    told(story())


def test_a_topic_that_was_cut_is_said_before_a_version_begins_there(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        store = MemoryStore()
        for begin in (0, 7):
            await Worker(store, PLAN).fold(begin % 2, begin, begin)
        await Worker(store, PLAN).fold(1, 9, 7)
        await Worker(store, PLAN).fold(1, 0, 8)

    with caplog.at_level(logging.WARNING):
        told(story())
    said = [record.getMessage() for record in caplog.records]
    assert [one.partition(" only")[0] for one in said] == [f"{TOPIC}[1] reaches back to offset 7"] * 2
