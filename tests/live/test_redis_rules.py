"""Each rule of the scripts is there for a harm: with the rule it does not happen, with the rule taken out it does."""

from collections.abc import Awaitable

import msgspec
import pytest
from redis import Redis
from redis.crc import key_slot

from schemas import names
from schemas.errors import LogError, Moved, StateError, Unfit
from streams.state.port import Partition
from streams.state.redis import RedisStore
from streams.state.redis.scripts import SCRIPTS
from tests.contracts.states import ALL, HERE, State, commit, in_redis
from tests.servers import RedisServer

PREFIX = names.partition_prefix(*HERE)
STATE, TOTALS, INDEX = names.own_keys(PREFIX)
USERS = PREFIX + names.records_name("users")


@pytest.fixture
def state(redis: Redis, redis_server: RedisServer) -> State:
    return in_redis(redis, redis_server.url)


def cripple(state: State, server: RedisServer, script: str, line: str, instead: str = "") -> None:
    """Takes this line out of a script."""
    source = getattr(SCRIPTS, script)
    assert line in source
    state.store = RedisStore(server.url, msgspec.structs.replace(SCRIPTS, **{script: source.replace(line, instead)}))


STAMPED = "if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] then"


@pytest.mark.parametrize("guarded", [True, False])
def test_without_position_and_stamp_two_workers_count_twice(
    state: State, redis_server: RedisServer, *, guarded: bool
) -> None:
    async def test() -> None:
        if not guarded:
            cripple(state, redis_server, "apply", STAMPED, "if false then")
        zombie, _ = await state.open()
        worker, _ = await state.open()
        await worker.apply(commit(10))
        late: Awaitable[None] = zombie.apply(commit(20))
        if guarded:
            with pytest.raises(Moved):
                await late
        else:
            await late
        assert await state.contents() == {2: {"7": 1 if guarded else 2}}

    state.run(test)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_stamp_a_session_outlives_a_fall_back(
    state: State, redis_server: RedisServer, *, guarded: bool
) -> None:
    """Its cache is of a time that Redis has forgotten: the position alone does not tell."""

    async def test() -> None:
        if not guarded:
            cripple(state, redis_server, "apply", " or state[2] ~= ARGV[2]")
        older = state.copied()
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {"u": b"one"}}))
        state.fall_back(older)
        other, _ = await state.open()
        await other.apply(commit(10, records={"users": {"u": b"other"}}))
        if guarded:
            with pytest.raises(Moved):
                await session.apply(commit(20, records={"users": {"u": b"one and two"}}))
        else:
            await session.apply(commit(20, records={"users": {"u": b"one and two"}}))
            with pytest.raises(Moved):
                await other.look()

    state.run(test)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_checks_before_the_first_write_every_retry_counts_again(
    state: State, redis: Redis, redis_server: RedisServer, *, guarded: bool
) -> None:
    async def test() -> None:
        if not guarded:
            cripple(state, redis_server, "apply", "redis.call('HLEN', KEYS[i])")
        redis.set(USERS, "no hash")
        for _ in range(3):
            session, _ = await state.open()
            with pytest.raises(Unfit, match="WRONGTYPE"):
                await session.apply(commit(10, records={"users": {"u": b"one"}}))
        assert redis.hget(PREFIX + names.cells_name("orders", 2), "7") == (None if guarded else b"3")

    state.run(test)


@pytest.mark.parametrize(
    "key", [TOTALS, INDEX, USERS, PREFIX + names.cells_name("orders", 2), PREFIX + names.ids_name(1)]
)
def test_a_key_of_another_type_refuses_the_whole_commit(state: State, redis: Redis, key: str) -> None:
    async def test() -> None:
        session, _ = await state.open()
        redis.zadd(key, {"not": 1})
        before = state.copied()
        with pytest.raises(Unfit, match="WRONGTYPE"):
            await session.apply(commit(10, records={"users": {"u": b"one"}}, ids={1: b"12345678"}))
        assert state.copied() == before

    state.run(test)


@pytest.mark.parametrize("text", ["1.5", "1e3.", "nan", "inf", "", "5 apples", "9" * 400])
def test_a_stored_value_that_is_no_integer_refuses_the_whole_commit(state: State, redis: Redis, text: str) -> None:
    async def test() -> None:
        session, _ = await state.open()
        redis.hset(PREFIX + names.cells_name("orders", 2), "7", text)
        before = state.copied()
        with pytest.raises(Unfit, match=r"sum in .*:cells:orders:2 7"):
            await session.apply(commit(10, cells={"orders": {1: {"5": 1}, 2: {"7": 1}}}))
        assert state.copied() == before

    state.run(test)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_mark_of_a_retired_version_a_late_worker_builds_it_again(
    state: State, redis_server: RedisServer, *, guarded: bool
) -> None:
    async def test() -> None:
        if not guarded:
            mark = "redis.call('HSET', KEYS[1], 'position', 'retired', 'stamp', '')"
            cripple(state, redis_server, "retire", mark, "redis.call('UNLINK', KEYS[1])")
        session, _ = await state.open()
        await session.apply(commit(10))
        await state.store.retire(HERE)
        if guarded:
            with pytest.raises(LogError, match="retired"):
                await state.open()
        else:
            assert (await state.open())[1].standing.position == 0

    state.run(test)


@pytest.mark.parametrize("whole", [True, False])
def test_state_without_a_position_is_not_counted_onto(state: State, redis: Redis, *, whole: bool) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10))
        if whole:
            redis.delete(STATE)
        else:
            redis.hdel(STATE, "position")
        with pytest.raises(LogError, match=r"no position, although .* counted twice.*Nothing was counted"):
            await state.open()
        assert await state.reader.standing(HERE) is None

    state.run(test)


def test_a_stored_position_that_is_no_offset_is_said(state: State, redis: Redis) -> None:
    async def test() -> None:
        await state.open()
        redis.hset(STATE, "position", "ten")
        with pytest.raises(StateError, match="no offset: 'ten'"):
            await state.open()

    state.run(test)


def test_all_keys_of_a_partition_share_a_slot_and_none_expires(state: State, redis: Redis) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {"u": b"one"}}, ids={1: b"12345678"}))
        keys = list(redis.scan_iter())
        assert len(keys) == 6
        assert len({key_slot(key) for key in keys}) == 1
        assert {redis.ttl(key) for key in keys} == {-1}

    state.run(test)


@pytest.mark.parametrize("key", [STATE, TOTALS, INDEX, USERS, PREFIX + names.cells_name("orders", 2)])
def test_a_key_that_would_expire_is_refused_on_opening(state: State, redis: Redis, key: str) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {"u": b"one"}}))
        redis.expire(key, 1000)
        with pytest.raises(StateError, match=f"{key}.* time to live"):
            await state.open()
        redis.persist(key)
        await state.open()

    state.run(test)


def test_a_reading_is_one_moment_while_commits_go_on(state: State) -> None:
    """Numerator and denominator read one after the other part; read as one they never do."""

    async def count(*series: str) -> list[int]:
        snapshot = await state.reader.snapshot(HERE, dict.fromkeys(series, ALL))
        assert snapshot is not None
        return [sum(sum(fields.values()) for fields in cells.values()) for cells in snapshot.cells.values()]

    async def test() -> None:
        session, _ = await state.open()
        parted = 0
        for number in range(1, 200):
            [numerator] = await count("numerator")
            under_way = session.apply(
                commit(number, cells={name: {2: {"7": 1}} for name in ("numerator", "denominator")})
            )
            together = await count("numerator", "denominator")
            assert together[0] == together[1]
            await under_way
            parted += [numerator] != await count("denominator")
        assert parted == 199

    state.run(test)


def test_a_partition_with_a_similar_name_is_another(state: State) -> None:
    async def test() -> None:
        await state.open(Partition("v1", "orders", 1))
        await state.open(Partition("v1", "orders", 11))
        await state.store.retire(Partition("v1", "orders", 1))
        assert await state.reader.standing(Partition("v1", "orders", 11)) is not None

    state.run(test)
