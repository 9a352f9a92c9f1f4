"""What every state promises, over memory and a real Redis."""

from typing import Any

import pytest
from redis import Redis

from schemas.errors import LogError, Moved, Unfit
from streams.state.port import LIMIT, NEVER, KeySpan, Log, Partition, Reached, Snapshot, Standing
from tests.contracts.states import ALL, HERE, State, commit, in_memory, in_redis
from tests.servers import RedisServer


@pytest.fixture(params=["memory", "redis"])
def state(request: pytest.FixtureRequest) -> State:
    if request.param == "memory":
        return in_memory()
    client: Redis = request.getfixturevalue("redis")
    server: RedisServer = request.getfixturevalue("redis_server")
    return in_redis(client, server.url)


def test_a_fresh_partition_begins_where_the_log_begins(state: State) -> None:
    async def test() -> None:
        _, opened = await state.open(HERE, Log(begin=40, end=90, topic_id="first"))
        assert opened.standing == Standing(position=40, floor=NEVER, clock=NEVER, watermark=NEVER)
        assert opened.ids == {}
        assert await state.reader.standing(HERE) == opened.standing

    state.run(test)


def test_what_a_commit_holds_is_what_is_read_afterwards(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        first = commit(
            10,
            cells={
                "orders": {2: {"128": 3, "128|city|Oss": -1}, 3: {"192": 5}},
                "a:1": {-1: {"-3": 1}},
                "none": {1: {}},
            },
            totals={"counted": 9, "unused|sum|missing": 1},
            records={"users": {"u1": b"\x00one", "u2": b"two"}, "accounts": {"ü|x": b"three"}},
            ids={5: b"12345678", 6: b"abcdefgh"},
        )
        await session.apply(first)
        second = commit(
            20,
            cells={"orders": {2: {"128": -3}}},
            totals={"counted": 1},
            records={"users": {"u1": b"", "u3": b"four"}},
            ids={6: b"ABCDEFGH", 7: b"........"},
            expired=[5, 7, 99],
        )
        await session.apply(second)
        wanted = {"users": ["u1", "u2", "u3", "u4"], "accounts": ["ü|x"], "nothing": ["u1"]}
        assert await session.read(wanted) == {
            "users": {"u2": b"two", "u3": b"four"},
            "accounts": {"ü|x": b"three"},
            "nothing": {},
        }
        assert await state.reader.snapshot(HERE, {"orders": ALL, "a:1": ALL, "a": ALL}) == Snapshot(
            standing=second.standing,
            totals={"counted": 10, "unused|sum|missing": 1},
            cells={"orders": {2: {"128": 0, "128|city|Oss": -1}, 3: {"192": 5}}, "a:1": {-1: {"-3": 1}}, "a": {}},
        )
        _, opened = await state.open()
        assert opened.standing == second.standing
        assert opened.ids == {6: b"abcdefghABCDEFGH"}

    state.run(test)


def test_what_is_reached_of_each_source_partition_stands_with_the_position_and_goes_back_with_it(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        some = (Reached(0, 2**53 + 1, NEVER, 2**53 + 3), Reached(7, 9, -5, 8))
        for position, reached in ((10, some[:1]), (20, some)):
            before = state.copied()
            await session.apply(commit(position, standing=Standing(position=position, reached=reached)))
            assert (await state.reader.standing(HERE)).reached == reached  # type: ignore[union-attr]
            assert (await state.reader.snapshot(HERE, {"orders": ALL})).standing.reached == reached  # type: ignore[union-attr]
        _, opened = await state.open()
        assert opened.standing == Standing(position=20, reached=some)
        state.fall_back(before)
        _, opened = await state.open()
        assert opened.standing == Standing(position=10, reached=some[:1])

    state.run(test)


@pytest.mark.parametrize(
    ("spans", "numbers"),
    [
        ([], []),
        ([KeySpan(None, 4)], [0, 3, 4]),
        ([KeySpan(3, 3)], [3]),
        ([KeySpan(4, 3)], []),
        ([KeySpan(-(10**12), 10**12)], [0, 3, 4, 900]),
        ([KeySpan(3, 4), KeySpan(4, 900), KeySpan(4, 4)], [3, 4, 900]),
        ([KeySpan(None, 3), KeySpan(None, 4), KeySpan(0, 0)], [0, 3, 4]),
    ],
)
def test_a_snapshot_holds_the_wanted_keys_and_no_others(state: State, spans: list[KeySpan], numbers: list[int]) -> None:
    async def test() -> None:
        session, _ = await state.open()
        cells = {number: {str(number): number} for number in (0, 3, 4, 900)}
        await session.apply(commit(10, cells={"orders": cells, "other": cells}))
        snapshot = await state.reader.snapshot(HERE, {"orders": spans})
        assert snapshot is not None
        assert snapshot.cells == {"orders": {number: cells[number] for number in numbers}}

    state.run(test)


def test_what_is_kept_takes_memory_of_which_nothing_is_said_to_be_the_limit(state: State) -> None:
    async def test() -> None:
        before = await state.reader.memory()
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {f"user {n}": b"x" * 1000 for n in range(500)}}))
        after = await state.reader.memory()
        assert after.used > before.used + 400_000
        assert before.limit is after.limit is None

    state.run(test)


def test_no_position_is_no_snapshot(state: State) -> None:
    async def test() -> None:
        assert await state.reader.snapshot(HERE, {"orders": ALL}) is None
        assert await state.reader.standing(HERE) is None

    state.run(test)


def test_partitions_and_versions_do_not_see_each_other(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {"u": b"one"}}))
        for other in (HERE._replace(number=4), HERE._replace(version="v2"), HERE._replace(topic="refunds")):
            assert await state.reader.standing(other) is None
            beside, opened = await state.open(other)
            assert opened.standing.position == 0
            assert await beside.read({"users": ["u"]}) == {"users": {}}

    state.run(test)


def test_a_commit_goes_on_from_the_one_before_it_and_may_be_awaited_later(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        under_way = session.apply(commit(10, records={"users": {"u": b"one"}}))
        read = await session.read({"users": ["u"]})
        await under_way
        assert read == {"users": {"u": b"one"}}
        for position in (20, 30):
            await session.apply(commit(position))
        await session.look()
        assert await state.contents() == {2: {"7": 3}}

    state.run(test)


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
    "fault",
    [
        {"cells": {"orders": {1: {"5": 1}, 2: {"7": LIMIT - 5}}}},
        {"cells": {"orders": {1: {"5": 1}, 2: {"7": -(LIMIT - 5)}}}},
        {"cells": {"orders": {1: {"5": 1, "6": 10**30}}}},
        {"totals": {"counted": LIMIT}},
        {"ids": {1: b"12345678", 2: b"1234567"}},
    ],
)
def test_a_commit_that_cannot_be_carried_out_whole_changes_nothing(state: State, fault: dict[str, Any]) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, 5, records={"users": {"u": b"one"}}, ids={1: b"abcdefgh"}))
        before = state.copied()
        with pytest.raises(Unfit):
            await session.apply(commit(20, **{"records": {"users": {"u": b"two"}}, "expired": [1]} | fault))
        after = state.copied()
        assert repr(after) == repr(before)

    state.run(test)


@pytest.mark.parametrize("position", [9, 10, 2**53])
def test_a_position_that_does_not_advance_is_refused(state: State, position: int) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10))
        with pytest.raises(Unfit):
            await session.apply(commit(position))
        assert await state.contents() == {2: {"7": 1}}

    state.run(test)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("stored", "delta", "fits"),
    [
        (2**53 - 1, 1, True),
        (2**53, 1, True),
        (2**53 + 1, 2**53 + 1, True),
        (2**61 + 200, 2**61 - 201, True),
        (2**61 + 200, 2**61 - 200, False),
        (2**61 + 200, 2**61 - 150, False),
        (LIMIT - 2, 1, True),
        (LIMIT - 2, 2, False),
        (0, LIMIT - 1, True),
        (0, LIMIT, False),
        (0, 2**64, False),
    ],
)
def test_sums_are_exact_up_to_the_limit(state: State, stored: int, delta: int, sign: int, *, fits: bool) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, sign * stored))
        if fits:
            await session.apply(commit(20, sign * delta))
        else:
            with pytest.raises(Unfit):
                await session.apply(commit(20, sign * delta))
        assert await state.contents() == {2: {"7": sign * (stored + delta if fits else stored)}}

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


def test_the_first_to_name_a_number_of_partitions_fixes_it(state: State) -> None:
    async def test() -> None:
        assert await state.reader.partitions("v1") == {}
        assert await state.store.fix_partitions("v1", "orders", 4) == 4
        assert await state.store.fix_partitions("v1", "orders", 6) == 4
        assert await state.store.fix_partitions("v1", "refunds", 2) == 2
        assert await state.store.fix_partitions("v2", "orders", 6) == 6
        assert await state.reader.partitions("v1") == {"orders": 4, "refunds": 2}

    state.run(test)


def test_counts_and_position_go_back_together_and_the_difference_is_folded_again(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {"u": b"one"}}, ids={1: b"12345678"}))
        older = state.copied()
        await session.apply(commit(20, records={"users": {"u": b"two"}}, ids={1: b"abcdefgh"}))
        state.fall_back(older)
        assert await state.contents() == {2: {"7": 1}}
        with pytest.raises(Moved):
            await session.apply(commit(30))
        again, opened = await state.open()
        assert (opened.standing.position, opened.ids) == (10, {1: b"12345678"})
        assert await again.read({"users": ["u"]}) == {"users": {"u": b"one"}}
        await again.apply(commit(30, 2))
        assert await state.contents() == {2: {"7": 3}}

    state.run(test)


def test_an_idle_session_notices_that_the_state_went_back(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        older = state.copied()
        await session.apply(commit(10))
        await session.look()
        state.fall_back(older)
        with pytest.raises(Moved):
            await session.look()

    state.run(test)


def test_a_session_from_before_a_fall_back_is_refused_even_where_the_position_is_its_own_again(state: State) -> None:
    async def test() -> None:
        early, _ = await state.open()
        await early.apply(commit(10))
        older = state.copied()
        late, _ = await state.open()
        state.fall_back(older)
        with pytest.raises(Moved):
            await late.apply(commit(20))
        fresh, _ = await state.open()
        with pytest.raises(Moved):
            await early.apply(commit(20))
        await fresh.apply(commit(20))
        assert await state.contents() == {2: {"7": 2}}

    state.run(test)


def test_a_state_that_was_lost_whole_is_built_anew(state: State) -> None:
    async def test() -> None:
        empty = state.copied()
        session, _ = await state.open()
        await session.apply(commit(10))
        state.fall_back(empty)
        with pytest.raises(Moved):
            await session.apply(commit(20))
        again, opened = await state.open()
        assert opened.standing.position == 0
        await again.apply(commit(20, 2))
        assert await state.contents() == {2: {"7": 2}}

    state.run(test)


def test_the_state_of_another_partition_is_no_way_in(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await state.open(Partition("v1", "orders", 30))
        await session.apply(commit(10))
        assert await state.reader.standing(Partition("v1", "orders", 30)) == Standing(position=0)

    state.run(test)
