"""What becomes of a partition's session when something is amiss: opened again, or the process stops and says why."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from schemas.errors import LogError, StateError, Unfit
from streams.state.memory import MemoryStore
from streams.state.port import Log
from streams.worker import session as one_session
from streams.worker import sessions as all_sessions
from streams.worker.session import Outlets
from streams.worker.sessions import OwnedSessions
from tests.streams.worker.fakes import (
    LOG,
    PARTITION,
    PLACE,
    PLAN,
    Consumer,
    Facts,
    KeptLetters,
    KeptMessages,
    eventually,
    told,
)
from tests.streams.worker.stored import counted, right


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_session, "IDLE_S", 0.02)
    monkeypatch.setattr(all_sessions, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(all_sessions, "WATCH_S", 0.01)
    monkeypatch.setattr(all_sessions, "STALLED_S", 0.1)


class Worker:
    """One partition's worth of a worker, without Faust and Kafka."""

    def __init__(self, store: MemoryStore) -> None:
        self.store, self.facts, self.letters = store, Facts(), KeptLetters()
        self.stopped: list[str] = []
        self.sessions = OwnedSessions(
            PLAN, store, Outlets(self.letters, KeptMessages()), self.facts, self.stopped.append
        )
        self.consumer = Consumer(self.sessions)

    async def fold_all(self) -> None:
        """Hands out until all is committed, whatever happens in between."""
        for _ in range(2000):
            await self.consumer.hand_out(10)
            if self.sessions.applied(PLACE) == self.consumer.end:
                return
            await asyncio.sleep(0.002)
        raise AssertionError(self.sessions.applied(PLACE))


@contextlib.asynccontextmanager
async def worker(store: MemoryStore | None = None) -> AsyncIterator[Worker]:
    one = Worker(store or MemoryStore())
    watching = asyncio.create_task(one.sessions.watch())
    await one.consumer.reposition([PLACE])
    yield one
    watching.cancel()
    await one.sessions.drain()


def test_a_state_that_falls_back_again_and_again_is_folded_to_the_same_end() -> None:
    async def story() -> None:
        async with worker() as one:
            old = one.store.copied()
            for _ in range(4):
                await one.fold_all()
                one.store.fall_back(old)
                await eventually(lambda: one.sessions.applied(PLACE) != one.consumer.end)
                for _ in range(3):
                    await one.consumer.hand_out(7)
                old = one.store.copied()
            await one.fold_all()
            assert await counted(one.store) == right()
            assert one.stopped == []

    told(story())


class Away(MemoryStore):
    """Does not answer while it is away."""

    def __init__(self) -> None:
        super().__init__()
        self.gone = False

    def held(self, *place: Any) -> Any:
        if self.gone:
            raise ConnectionError("away")
        return super().held(*place)

    async def open(self, *place: Any) -> Any:
        if self.gone:
            raise ConnectionError("away")
        return await super().open(*place)


def test_a_state_that_is_away_is_waited_for_and_that_is_said_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        async with worker(Away()) as one:
            await one.fold_all()
            one.store.gone = True  # type: ignore[attr-defined]
            await eventually(lambda: "again in" in caplog.text)
            one.store.gone = False  # type: ignore[attr-defined]
            await eventually(lambda: len(one.consumer.sought) > 1)
            assert one.stopped == []

    with caplog.at_level(logging.INFO):
        told(story())
    assert "ended shop[0], again in" in caplog.text
    assert "ConnectionError: away" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("begin", "end", "said"),
    [(120, 200, "events 100 to 119 are missing"), (0, 60, "events 60 to 99 were folded and are gone")],
)
def test_a_log_that_does_not_hold_the_position_stops_the_worker_and_changes_nothing(
    begin: int, end: int, said: str
) -> None:
    async def story() -> None:
        async with worker() as one:
            await one.fold_all()
            one.consumer.begin, one.consumer.end = begin, end
            with pytest.raises(LogError, match=said):
                await one.consumer.reposition([PLACE])
            assert len(one.stopped) == 1
            assert said in one.stopped[0]
            assert await counted(one.store) == right()

    told(story())


class Spoilt(MemoryStore):
    """Cannot be opened a second time."""

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self.fault, self.opened = fault, False

    async def open(self, *place: Any) -> Any:
        if self.opened:
            raise self.fault
        self.opened = True
        return await super().open(*place)


@pytest.mark.parametrize("fault", [StateError("a key has a time to live"), RuntimeError("a bug")])
def test_a_session_that_cannot_begin_again_stops_the_worker_instead_of_leaving_its_partition_alone(
    fault: Exception,
) -> None:
    async def story() -> None:
        async with worker(Spoilt(fault)) as one:
            old = one.store.copied()
            await one.fold_all()
            one.store.fall_back(old)
            await eventually(lambda: one.stopped)
            assert str(fault) in one.stopped[0]

    told(story())


def test_an_end_that_was_told_too_early_is_asked_for_once_more() -> None:
    async def story() -> None:
        async with worker() as one:
            await one.fold_all()
            told = iter([(0, 60), (0, 100)])

            async def limits(tps: Any) -> Any:
                return dict.fromkeys(tps, next(told))

            one.consumer.limits = limits  # type: ignore[method-assign]
            await one.consumer.reposition([PLACE])
            assert one.stopped == []
            assert one.consumer.at == 100
            one.consumer.limits = Consumer.limits.__get__(one.consumer)  # type: ignore[method-assign]

    told(story())


def test_a_topic_made_anew_or_grown_under_a_running_worker_stops_it() -> None:
    async def story() -> None:
        async with worker() as one:
            await one.fold_all()
            one.facts.id = "other"
            await eventually(lambda: one.stopped)
            assert "was made anew" in one.stopped[0]
        async with worker() as one:
            await one.fold_all()
            one.facts.partitions = 6
            await eventually(lambda: one.stopped)
            assert "has 6 partitions, but this version of the definition counts it with 1" in one.stopped[0]

    told(story())


def test_a_consumer_that_falls_silent_while_its_log_grows_ends_the_process() -> None:
    async def story() -> None:
        async with worker() as one:
            await one.fold_all()
            await asyncio.sleep(0.3)
            assert one.stopped == [], "with nothing to do it is no stand-still"
            one.consumer.silent, one.consumer.end = True, 150
            await eventually(lambda: one.stopped)
            assert one.stopped[0] == "shop[0] stands at 100 while its log has grown to 150"

    told(story())


def test_while_kafka_is_away_nothing_stands_still_and_it_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with worker() as one:
            await one.fold_all()
            one.consumer.silent, one.consumer.end = True, 150
            await asyncio.sleep(0.05)
            one.facts.away = True
            await asyncio.sleep(0.3)
            one.facts.away = False
            await eventually(lambda: "no longer waiting" in caplog.text)
            assert one.stopped == [], "what it could not do while Kafka was away is not held against it"

    with caplog.at_level(logging.INFO):
        told(story())
    assert caplog.text.count("waiting: ConnectionError: Kafka is away") == 1


def test_a_commit_that_could_never_be_carried_out_stops_the_worker_instead_of_being_tried_for_ever() -> None:
    async def story() -> None:
        async with worker() as one:
            session = one.sessions.get(PLACE)
            assert session is not None

            def unfit(_: object) -> None:
                raise Unfit("too much for one cell")

            session._state.apply = unfit  # type: ignore[method-assign, assignment]
            await one.consumer.hand_out(10)
            await eventually(lambda: one.stopped)
            assert one.stopped[0] == "shop[0]: Unfit: too much for one cell"

    told(story())


def test_stopping_commits_the_batch_at_work_and_leaves_the_dead_letters_closed() -> None:
    async def story() -> None:
        store = MemoryStore()
        one = Worker(store)
        await one.consumer.reposition([PLACE])
        await one.consumer.hand_out(10)
        await eventually(lambda: one.sessions.get(PLACE).next == 10)  # type: ignore[union-attr]
        await one.sessions.drain()
        standing = await store.standing(PARTITION)
        assert standing is not None
        assert standing.position == 10
        assert one.letters.closed
        assert one.sessions.get(PLACE) is None

    told(story())


def test_partitions_that_fail_together_are_opened_together() -> None:
    async def story() -> None:
        async with worker() as one:
            await one.fold_all()
            other, _ = await one.store.open(PARTITION, Log(0, len(LOG), "id"))
            await eventually(lambda: len(one.consumer.sought) == 2)
            other.close()
            await asyncio.sleep(0.1)
            assert len(one.consumer.sought) == 2

    told(story())
