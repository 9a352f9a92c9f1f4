"""Who may commit: the last who opened, on a log that fits, until something went wrong."""

import pytest

from schemas.errors import LogError, Moved, Unfit
from streams.state.port import Log, Partition, Standing
from tests.contracts.states import ALL, HERE, State, commit


def test_opening_refuses_every_older_session(state: State) -> None:
    async def test() -> None:
        older, _ = await state.open()
        idle, _ = await state.open()
        newer, _ = await state.open()
        with pytest.raises(Moved):
            await older.apply(commit(10))
        with pytest.raises(Moved):
            await idle.look()
        with pytest.raises(Moved):
            await idle.read({"users": ["u"]})
        await newer.apply(commit(10))
        assert await state.contents() == {2: {"7": 1}}

    state.run(test)


def test_after_a_fault_a_session_does_nothing_more(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        with pytest.raises(Unfit):
            await session.apply(commit(10, ids={1: b"short"}))
        for attempt in (session.look(), session.read({"users": ["u"]}), session.apply(commit(10))):
            with pytest.raises(Moved, match="opened again"):
                await attempt
        assert (await state.open())[1].standing.position == 0

    state.run(test)


def test_a_closed_session_does_nothing_more(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        session.close()
        session.close()
        with pytest.raises(Moved):
            await session.apply(commit(10))
        assert await state.contents() == {}

    state.run(test)


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (Log(begin=11, end=20, topic_id="first"), r"stands at 10, the log holds 11 to 19: events 10 to 10 are missing"),
        (Log(begin=0, end=9, topic_id="first"), r"stands at 10, the log holds 0 to 8: events 9 to 9 were folded"),
        (Log(begin=0, end=20, topic_id="second"), r"made anew: .* topic id first, Kafka has second"),
    ],
)
def test_a_log_that_does_not_fit_the_position_is_refused_and_nothing_changes(
    state: State, log: Log, reason: str
) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10))
        with pytest.raises(LogError, match=reason):
            await state.open(HERE, log)
        await session.apply(commit(20))

    state.run(test)


def test_a_position_at_the_very_end_or_begin_of_the_log_is_fine(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10))
        for begin, end in ((0, 10), (10, 10), (10, 20)):
            _, opened = await state.open(HERE, Log(begin=begin, end=end, topic_id="first"))
            assert opened.standing.position == 10

    state.run(test)


def test_a_retired_partition_refuses_late_workers_and_shows_nothing(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {"u": b"one"}}, ids={1: b"12345678"}))
        never_begun = HERE._replace(number=9)
        for partition in (HERE, never_begun):
            await state.store.retire(partition)
            with pytest.raises(LogError, match="retired in version v1"):
                await state.open(partition)
            assert await state.reader.snapshot(partition, {"orders": ALL}) is None
            assert await state.reader.standing(partition) is None
        with pytest.raises(Moved):
            await session.apply(commit(20))

    state.run(test)


def test_the_state_of_another_partition_is_no_way_in(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await state.open(Partition("v1", "orders", 30))
        await session.apply(commit(10))
        assert await state.reader.standing(Partition("v1", "orders", 30)) == Standing(position=0)

    state.run(test)
