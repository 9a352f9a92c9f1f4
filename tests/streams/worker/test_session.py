"""A session folds in order, and ends at the first sign that it stands elsewhere than state or consumer."""

import asyncio
from collections.abc import Awaitable

import pytest

from schemas.errors import Moved
from streams.plan import compile_plan
from streams.state.memory import MemorySession, MemoryStore
from streams.state.port import Commit
from streams.worker import session as sessions
from tests.streams.folding import DAY, definition, event, fold_log, raws, the_source
from tests.streams.worker.fakes import PLACE, KeptLetters, batch, eventually, opened, told
from tests.streams.worker.stored import counted, right


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "IDLE_S", 0.02)


def test_batches_of_any_size_come_to_what_one_fold_comes_to() -> None:
    async def story() -> None:
        store = MemoryStore()
        session = await opened(store)
        running = asyncio.create_task(session.run(lambda _: session.next))
        for first, end in ((0, 1), (1, 40), (40, 99), (99, 100), (100, 107)):  # the last holds no event: markers
            await session.put(batch(first, end))
        await eventually(lambda: session.committed == 107)
        session.stop()
        await running
        assert await counted(store) == right()

    told(story())


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
def test_what_a_batch_counts_is_judged_by_all_that_was_remembered_before_it_however_far_it_moves_the_floor(
    size: int,
) -> None:
    plan = compile_plan(definition(lateness_ms=2 * DAY))
    days = (("ann", 2), ("ann", 3), ("ann", 4), ("ann", 2.5), ("bob", 40), ("ann", 2))  # the last one is too late
    log = raws([event(f"e{n}", "order", who, int(day * DAY), amount=1) for n, (who, day) in enumerate(days)])

    async def story() -> None:
        store, letters = MemoryStore(), KeptLetters()
        session = await opened(store, letters, plan)
        running = asyncio.create_task(session.run(lambda _: session.next))
        for first in range(0, len(log), size):
            end = min(first + size, len(log))
            await session.put(batch(first, end, log=log))
            await eventually(lambda end=end: session.committed == end)
        session.stop()
        await running
        assert letters.kept == [(PLACE, 5)]
        remembering_all = fold_log(the_source(compile_plan(definition(lateness_ms=400 * DAY))), log[:5])
        assert await counted(store, plan) == right(remembering_all)

    told(story())


@pytest.mark.parametrize("first", [9, 11])
def test_a_batch_that_does_not_begin_where_the_last_ended_ends_the_session(first: int) -> None:
    async def story() -> None:
        store = MemoryStore()
        session = await opened(store)
        await session.put(batch(0, 10))
        await session.put(batch(first, 20))
        with pytest.raises(Moved, match=f"batch from {first}, folded up to"):
            await session.run(lambda _: 20)
        session.close()
        again = await opened(store)
        assert again.next in {0, 10}

    told(story())


def test_a_session_that_was_taken_over_changes_nothing_more() -> None:
    async def story() -> None:
        store = MemoryStore()
        old = await opened(store)
        new = await opened(store)
        await old.put(batch(0, 50))
        with pytest.raises(Moved):
            await old.run(lambda _: 50)
        assert await counted(store) == {}
        running = asyncio.create_task(new.run(lambda _: new.next))
        await new.put(batch(0, 100))
        await eventually(lambda: new.committed == 100)
        new.stop()
        await running
        assert await counted(store) == right()

    told(story())


def test_records_that_another_session_has_changed_meanwhile_are_read_anew() -> None:
    async def story() -> None:
        store = MemoryStore()
        for first in range(0, 100, 10):  # each remembers what it read, and is followed by another
            session = await opened(store)
            running = asyncio.create_task(session.run(lambda _, session=session: session.next))
            await session.put(batch(first, first + 10))
            await eventually(lambda session=session, first=first: session.committed == first + 10)
            session.stop()
            await running
        assert await counted(store) == right()

    told(story())


def test_an_idle_session_notices_that_the_state_has_fallen_back() -> None:
    async def story() -> None:
        store = MemoryStore()
        session = await opened(store)
        old = store.copied()
        running = asyncio.create_task(session.run(lambda _: session.next))
        await session.put(batch(0, 100))
        await eventually(lambda: session.committed == 100)
        store.fall_back(old)
        with pytest.raises(Moved):
            await asyncio.wait_for(running, 2)

    told(story())


def test_an_idle_session_notices_that_the_consumer_has_gone_ahead_of_it_but_gives_a_batch_time_to_come() -> None:
    async def story() -> None:
        session = await opened(MemoryStore())
        stands = [0, 10, 0, 0]  # handed out once and here soon: no reason to end
        looks = iter(stands)
        with pytest.raises(Moved, match="handed out up to 10, folded up to 0"):
            await session.run(lambda _: next(looks, 10))
        assert next(looks, None) is None

    told(story())


class Lossy(MemorySession):
    """Carries out, and then the reply is lost."""

    def apply(self, commit: Commit) -> Awaitable[None]:
        super().apply(commit)
        lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lost.set_exception(ConnectionError("lost"))
        return lost


def test_a_lost_reply_is_not_taken_for_done_nor_for_not_done() -> None:
    async def story() -> None:
        store = MemoryStore()
        session = await opened(store)
        session._state.__class__ = Lossy
        await session.put(batch(0, 30))
        with pytest.raises(ConnectionError):
            await session.run(lambda _: 30)
        assert session.committed == 0
        session.close()
        again = await opened(store)
        assert again.next == 30
        running = asyncio.create_task(again.run(lambda _: again.next))
        await again.put(batch(30, 100))
        await eventually(lambda: again.committed == 100)
        again.stop()
        await running
        assert await counted(store) == right()

    told(story())


def test_who_waits_for_room_in_a_session_that_ends_does_not_wait_for_ever() -> None:
    async def story() -> None:
        session = await opened(MemoryStore())
        for first in (0, 10):
            await session.put(batch(first, first + 10))
        waiting = asyncio.create_task(session.put(batch(20, 30)))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        session.close()
        await asyncio.wait_for(waiting, 1)

    told(story())
