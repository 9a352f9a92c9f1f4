"""What is sent to stages is acknowledged before its commit, and after the answer to the one before."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from faust.types import TP

from schemas.errors import LogError, Moved
from schemas.events.needs import RawRecord
from streams.events.raws import Raws
from streams.plan import INTERNAL_PARTITIONS
from streams.rekeying.messages import Origin, decoded
from streams.state.memory import MemorySession, MemoryStore
from streams.state.port import Commit, KeySpan, Log, Partition
from streams.worker import session as sessions
from streams.worker.intake import Outgoing, SourceIntake, StageIntake
from streams.worker.internal import InternalTopics
from streams.worker.session import Outlets, Session
from streams.worker.sessions import OwnedSessions
from streams.worker.transport import FetchedBatch, Run
from tests.streams.rekeying.company import PARTITIONS, PLAN, STAGES, log_of, plain_cells, some_events
from tests.streams.worker.fakes import Facts, KeptLetters, KeptMessages, eventually, told

LOG_ = log_of(some_events(random.Random(11), 90))
SHOP = PLAN.sources["shop"]
STAGE = next(stage for stage in STAGES if stage.key == "account_id")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "IDLE_S", 0.02)


def batch(tp: TP, raws: Sequence[Any], first: int, end: int) -> FetchedBatch:
    """The log from one offset up to another."""
    return FetchedBatch(tp, Run(SimpleNamespace(position=end), first, None), raws[first:end])


async def source_session(store: MemoryStore, internal: Any) -> Session:
    state, opened = await store.open(Partition(PLAN.version, "shop", 0), Log(0, len(LOG_), "id"))
    intake = SourceIntake(PLAN, Origin("shop", 0, 1), opened)
    return Session(TP("shop", 0), intake, state, opened, Outlets(KeptLetters(), internal))


class Slow(MemorySession):
    """Answers later, and says when."""

    said: list[str]

    def apply(self, commit: Commit) -> Awaitable[None]:
        self.said.append(f"commit {commit.standing.position}")
        answer = super().apply(commit)

        async def later() -> None:
            await asyncio.sleep(0.02)
            await answer
            self.said.append(f"answer {commit.standing.position}")

        return asyncio.ensure_future(later())


class Acknowledging(KeptMessages):
    """Takes its time, and says when."""

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self.said = said

    async def send(self, outgoing: Sequence[Outgoing]) -> None:
        end = decoded(outgoing[0].messages[-1]).next
        self.said.append(f"send {end}")
        await asyncio.sleep(0.02)
        self.said.append(f"acknowledged {end}")
        await super().send(outgoing)


def test_nothing_is_sent_before_the_commit_before_is_answered_and_nothing_committed_before_all_is_acknowledged() -> (
    None
):
    async def story() -> None:
        said: list[str] = []
        session = await source_session(MemoryStore(), Acknowledging(said))
        session._state.__class__ = Slow
        session._state.said = said  # type: ignore[attr-defined]
        running = asyncio.create_task(session.run(lambda _: session.next))
        for first in (0, 30, 60):
            await session.put(batch(session.tp, LOG_, first, first + 30))
            await asyncio.sleep(0.005)
        await eventually(lambda: session.committed == 90)
        session.stop()
        await running
        steps = Counter(step.split()[1] for step in said)
        assert set(steps.values()) == {4}
        ends = list(dict.fromkeys(step.split()[1] for step in said))
        order = [f"{what} {end}" for end in ends for what in ("send", "acknowledged", "commit", "answer")]
        assert said == order

    told(story())


def test_a_send_that_fails_ends_the_session_with_nothing_committed_and_nothing_more_sent() -> None:
    class Failing(KeptMessages):
        async def send(self, outgoing: Sequence[Outgoing]) -> None:
            await super().send(outgoing)
            raise KafkaTimeoutError

    async def story() -> None:
        store, internal = MemoryStore(), Failing()
        session = await source_session(store, internal)
        for first in (0, 30):
            await session.put(batch(session.tp, LOG_, first, first + 30))
        with pytest.raises(KafkaTimeoutError):
            await session.run(lambda _: 60)
        assert session.committed == 0
        standing = await store.standing(Partition(PLAN.version, "shop", 0))
        assert standing is not None
        assert standing.position == 0
        assert len(internal.kept) == 3 * INTERNAL_PARTITIONS, "of one batch, to each stage"

    told(story())


def test_what_measures_leave_out_stands_with_the_source() -> None:
    async def story() -> None:
        store = MemoryStore()
        session = await source_session(store, KeptMessages())
        running = asyncio.create_task(session.run(lambda _: session.next))
        await session.put(batch(session.tp, LOG_, 0, 90))
        await eventually(lambda: session.committed == 90)
        session.stop()
        await running
        snapshot = await store.snapshot(Partition(PLAN.version, "shop", 0), {})
        assert snapshot is not None
        for stage in STAGES:
            _, unused = plain_cells(PLAN, stage, [LOG_])
            assert unused.items() <= snapshot.totals.items()

    told(story())


class Producer:
    """Acknowledges in its own time; ``failing`` are the messages that are not."""

    def __init__(self, *failing: bytes, error: type[Exception] = KafkaTimeoutError) -> None:
        self.failing, self.error, self.said = failing, error, list[str]()

    async def send_and_wait(self, topic: str, value: bytes, partition: int) -> None:
        self.said.append(f"{topic}[{partition}] {value.decode()}")
        await asyncio.sleep(0.01 if value.isupper() else 0)
        if value in self.failing:
            raise self.error
        self.said.append(f"{value.decode()} acknowledged")


def sent(producer: Producer, *outgoing: Outgoing) -> None:
    topics = InternalTopics("nowhere:1")
    topics._producer = producer
    asyncio.run(topics.send(outgoing))


def test_messages_to_one_partition_go_one_after_another() -> None:
    producer = Producer()
    sent(producer, Outgoing("t", 0, [b"A", b"B"]), Outgoing("t", 1, [b"x"]))
    said = producer.said
    assert said.index("A acknowledged") < said.index("t[0] B")
    assert {"B acknowledged", "x acknowledged"} <= set(said)


def test_after_a_message_that_failed_none_follows_to_its_partition_and_the_others_are_waited_for() -> None:
    producer = Producer(b"a")
    with pytest.raises(KafkaTimeoutError):
        sent(producer, Outgoing("t", 0, [b"a", b"b"]), Outgoing("t", 1, [b"X"]))
    assert "t[0] b" not in producer.said
    assert "X acknowledged" in producer.said


def test_a_message_that_its_topic_will_never_take_is_no_reason_to_try_for_ever() -> None:
    with pytest.raises(LogError, match=r"raise its max\.message\.bytes"):
        sent(Producer(b"a", error=MessageSizeTooLargeError), Outgoing("t", 0, [b"a"]))


async def letters(internal: KeptMessages) -> None:
    """All of the log, through a first stage."""
    session = await source_session(MemoryStore(), internal)
    running = asyncio.create_task(session.run(lambda _: session.next))
    for first in range(0, 90, 30):
        await session.put(batch(session.tp, LOG_, first, first + 30))
        await eventually(lambda first=first: session.committed == first + 30)
    session.stop()
    await running


def internal_log(internal: KeptMessages, partition: int) -> list[RawRecord]:
    values = [
        value
        for one in internal.kept
        if (one.topic, one.partition) == (STAGE.topic, partition)
        for value in one.messages
    ]
    return [RawRecord(n, 1, None, value) for n, value in enumerate(values + values[:2])]  # and a zombie's


async def stage_session(store: MemoryStore, partition: int, end: int) -> Session:
    state, opened = await store.open(Partition(PLAN.version, STAGE.topic, partition), Log(0, end, "id"))
    return Session(
        TP(STAGE.topic, partition),
        StageIntake(PLAN, STAGE.topic),
        state,
        opened,
        Outlets(KeptLetters(), KeptMessages()),
    )


async def fold(store: MemoryStore, log: list[RawRecord], partition: int, end: int) -> None:
    """One session, from where the state stands."""
    session = await stage_session(store, partition, len(log))
    running = asyncio.create_task(session.run(lambda _: session.next))
    await session.put(batch(session.tp, log, session.next, end))
    await eventually(lambda: session.committed == end)
    session.stop()
    await running


def test_a_stage_whose_state_falls_back_comes_to_what_one_fold_comes_to() -> None:
    async def story() -> None:
        internal, store = KeptMessages(), MemoryStore()
        await letters(internal)
        total: Counter[tuple[str, str]] = Counter()
        for partition in PARTITIONS:
            log = internal_log(internal, partition)
            await fold(store, log, partition, 1)
            old = store.copied()
            await fold(store, log, partition, len(log) - 1)
            store.fall_back(old)
            await fold(store, log, partition, len(log))
            wanted = {one.name: [KeySpan(None, 2**40)] for one in PLAN.series.values()}
            snapshot = await store.snapshot(Partition(PLAN.version, STAGE.topic, partition), wanted)
            assert snapshot is not None
            assert snapshot.totals == {}
            for series, keys in snapshot.cells.items():
                for fields in keys.values():
                    total.update({(series, field): number for field, number in fields.items()})
        right, _ = plain_cells(PLAN, STAGE, [LOG_])
        assert {cell: number for cell, number in total.items() if number} == right

    told(story())


def test_a_stage_that_another_worker_took_over_changes_nothing_more() -> None:
    async def story() -> None:
        internal, store = KeptMessages(), MemoryStore()
        await letters(internal)
        log = internal_log(internal, 0)
        zombie = await stage_session(store, 0, len(log))
        await fold(store, log, 0, len(log))
        await zombie.put(batch(zombie.tp, log, 0, 2))
        with pytest.raises(Moved):
            await zombie.run(lambda _: 2)

    told(story())


def test_many_large_messages_are_committed_a_few_at_a_time() -> None:
    raws = Raws.of([RawRecord(n, 1, None, bytes(300_000)) for n in range(5)])
    intake = StageIntake(PLAN, STAGE.topic)
    assert [intake.several(raws, begin, 10**6) for begin in (0, 2, 4)] == [2, 4, 5]


class LateConsumer:
    """Hands out what it is given."""

    def handed_out(self, _: TP) -> int | None:
        return None

    async def limits(self, tps: Sequence[TP]) -> dict[TP, tuple[int, int]]:
        return dict.fromkeys(tps, (0, 9))


def owned(facts: Facts, stopped: list[str]) -> OwnedSessions:
    return OwnedSessions(PLAN, MemoryStore(), Outlets(KeptLetters(), KeptMessages()), facts, stopped.append)


def test_a_gap_stops_the_worker_with_a_sentence_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        internal, facts, stopped = KeptMessages(), Facts(), list[str]()
        facts.partitions = INTERNAL_PARTITIONS
        await letters(internal)
        log = internal_log(internal, 0)
        log = [log[0], *log[2:]]
        tp, all_sessions = TP(STAGE.topic, 0), owned(facts, stopped)
        starts = await all_sessions.open([tp], LateConsumer())  # type: ignore[arg-type]
        all_sessions.start(starts)
        session = all_sessions.get(tp)
        assert session is not None
        await session.put(batch(tp, log, 0, 2))
        await eventually(lambda: stopped)
        assert "lacks messages: one holds offsets 60 to 89 of shop[0]" in stopped[0]
        all_sessions.close([tp])

    told(story())
    assert "Traceback" not in caplog.text


def test_an_internal_topic_with_another_number_of_partitions_stops_the_worker() -> None:
    async def story() -> None:
        facts, stopped = Facts(), list[str]()
        facts.partitions = INTERNAL_PARTITIONS + 1
        with pytest.raises(LogError, match=f"but internal topics have {INTERNAL_PARTITIONS}"):
            await owned(facts, stopped).open([TP(STAGE.topic, 0)], LateConsumer())  # type: ignore[arg-type]
        assert stopped

    told(story())
