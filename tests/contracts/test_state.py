"""What every state keeps and shows; commits, sessions and falling back to an older moment stand beside it."""

import pytest

from streams.state.port import NEVER, KeySpan, Log, Reached, Snapshot, Standing
from tests.contracts.states import ALL, HERE, State, commit


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


def test_the_first_to_name_a_number_of_partitions_fixes_it(state: State) -> None:
    async def test() -> None:
        assert await state.reader.partitions("v1") == {}
        assert await state.store.fix_partitions("v1", "orders", 4) == 4
        assert await state.store.fix_partitions("v1", "orders", 6) == 4
        assert await state.store.fix_partitions("v1", "refunds", 2) == 2
        assert await state.store.fix_partitions("v2", "orders", 6) == 6
        assert await state.reader.partitions("v1") == {"orders": 4, "refunds": 2}

    state.run(test)
