"""What befalls a Redis in service: it goes back, goes away, fills up, keeps silent.  Counts and position stay one."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path

import hiredis
import pytest
from redis import Redis

from schemas.errors import Moved, SettingsError, StateError
from streams.state.port import Partition
from streams.state.redis import RedisReader, RedisStore, connection
from streams.state.redis.connection import FAULTS, Connection
from tests.contracts.states import ALL, HERE, State, commit, in_redis
from tests.servers import RedisServer


@pytest.fixture
def state(redis: Redis, redis_server: RedisServer) -> State:
    return in_redis(redis, redis_server.url)


def of_server(server: RedisServer) -> State:
    return State(RedisStore(server.url), RedisReader(server.url), lambda: None, lambda _: None)


async def retried(state: State) -> dict[int, dict[str, int]]:
    """The reader opens a new connection for the call after one that failed."""
    with contextlib.suppress(*FAULTS):
        await state.contents()
    return await state.contents()


def test_a_redis_restarted_from_an_older_snapshot_is_folded_on_from_there(
    own_redis: Callable[..., RedisServer], tmp_path: Path
) -> None:
    server = own_redis()
    state = of_server(server)

    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {"u": b"one"}}, ids={1: b"12345678"}))
        older = server.snapshot(tmp_path / "older.rdb")
        await session.apply(commit(20, records={"users": {"u": b"two"}}))
        server.restart(rdb=older)
        with pytest.raises(FAULTS):
            await session.apply(commit(30))
        assert await retried(state) == {2: {"7": 1}}
        again, opened = await state.open()
        assert (opened.standing.position, opened.ids) == (10, {1: b"12345678"})
        assert await again.read({"users": ["u"]}) == {"users": {"u": b"one"}}
        await again.apply(commit(30, 2))
        assert await state.contents() == {2: {"7": 3}}

    state.run(test)


def test_a_redis_killed_in_the_middle_of_commits_keeps_each_whole_or_not_at_all(
    own_redis: Callable[..., RedisServer],
) -> None:
    server = own_redis(appendonly="yes", appendfsync="always")
    state = of_server(server)

    async def test() -> None:
        session, _ = await state.open()
        asyncio.get_running_loop().call_later(0.3, server.kill)
        many, done = {str(field): 1 for field in range(200)}, 0
        with contextlib.suppress(*FAULTS):
            for number in range(1, 100_000):
                await session.apply(commit(number, cells={"orders": {1: many, 2: many}}))
                done = number
        await asyncio.to_thread(server.kill)
        server.start()
        _, opened = await state.open()
        assert done > 0
        assert opened.standing.position in (done, done + 1)
        cells = await retried(state)
        assert {count for fields in cells.values() for count in fields.values()} == {opened.standing.position}

    state.run(test)


def test_scripts_that_redis_has_forgotten_are_loaded_again_on_opening(state: State, redis: Redis) -> None:
    async def test() -> None:
        session, _ = await state.open()
        assert await state.contents() == {}
        redis.script_flush()
        with pytest.raises(hiredis.ReplyError, match="NOSCRIPT"):
            await session.apply(commit(10))
        with pytest.raises(Moved):
            await session.apply(commit(10))
        with pytest.raises(hiredis.ReplyError, match="NOSCRIPT"):
            await state.reader.snapshot(HERE, {"orders": ALL})
        again, _ = await state.open()
        await again.apply(commit(10))
        assert await state.contents() == {2: {"7": 1}}

    state.run(test)


def test_a_full_redis_refuses_a_commit_whole(state: State, redis: Redis) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10))
        before = state.copied()
        redis.config_set("maxmemory", "1mb")
        try:
            with pytest.raises(hiredis.ReplyError, match="OOM"):
                await session.apply(commit(20, records={"users": {"u": b"", "v": b"one"}}, expired=[1]))
        finally:
            redis.config_set("maxmemory", "0")
        assert state.copied() == before
        again, _ = await state.open()
        await again.apply(commit(20))

    state.run(test)


def test_an_answer_that_does_not_come_ends_the_session_and_is_not_taken_for_done(
    state: State, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        session, _ = await state.open()
        monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.1)
        redis.client_pause(300)
        with pytest.raises(TimeoutError):
            await session.apply(commit(10))
        with pytest.raises(Moved):
            await session.look()
        monkeypatch.undo()
        again, opened = await state.open()
        await again.apply(commit(20, 20 - opened.standing.position))
        cells = await state.contents()
        assert cells[2]["7"] == (20 if opened.standing.position == 0 else 11)

    state.run(test)


def test_a_cut_connection_fails_what_is_under_way(state: State, redis: Redis) -> None:
    async def test() -> None:
        session, _ = await state.open()
        redis.client_pause(200)
        under_way = session.apply(commit(10))
        redis.client_kill_filter(_type="normal", skipme=True)
        with pytest.raises(OSError, match=r"closed|reset"):
            await under_way
        with pytest.raises(Moved):
            await session.read({"users": ["u"]})

    state.run(test)


def test_closing_voids_what_is_under_way(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        under_way = session.apply(commit(10))
        session.close()
        with pytest.raises(ConnectionError):
            await under_way
        _, opened = await state.open()
        assert opened.standing.position in (0, 10)

    state.run(test)


def test_two_commits_under_way_are_an_error_of_the_caller(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        under_way = session.apply(commit(10))
        with pytest.raises(RuntimeError, match="under way"):
            await session.apply(commit(20))
        await under_way

    state.run(test)


def test_a_redis_that_is_away_is_an_oserror(own_redis: Callable[..., RedisServer]) -> None:
    server = own_redis()
    server.kill()
    state = of_server(server)

    async def test() -> None:
        with pytest.raises(OSError, match="Connect"):
            await state.open()
        with pytest.raises(OSError, match="Connect"):
            await state.reader.standing(HERE)
        server.start()
        assert await state.reader.standing(HERE) is None

    state.run(test)


def test_password_and_database_come_from_the_url(own_redis: Callable[..., RedisServer]) -> None:
    password = secrets.token_hex(4) + "/@:"
    server = own_redis()
    with contextlib.closing(server.client()) as client:
        client.config_set("requirepass", password)
    at = f"127.0.0.1:{server.port}"
    quoted = password.replace("/", "%2F").replace("@", "%40").replace(":", "%3A")

    async def test() -> None:
        for url, kind in (
            (f"redis://{at}", "NOAUTH"),
            (f"redis://:wrong@{at}", "WRONGPASS"),
            (f"redis://:{quoted}@{at}/99", "index is out of range"),
        ):
            with pytest.raises(hiredis.ReplyError, match=kind):
                await Connection.open(url)
        await RedisStore(f"redis://default:{quoted}@{at}/5").fix_partitions("v1", "orders", 4)

    asyncio.run(test())
    with contextlib.closing(server.client(password=password, db=5)) as client:
        assert client.dbsize() == 1


@pytest.mark.parametrize(
    "url", ["rediss://:secret@here", "redis://", "redis://:secret@here:port", "redis://:secret@a/b"]
)
def test_a_url_that_is_unfit_is_said_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        asyncio.run(RedisStore(url).fix_partitions("v1", "orders", 4))
    assert "secret" not in str(raised.value)


def test_a_redis_is_checked_before_it_is_trusted(own_redis: Callable[..., RedisServer]) -> None:
    server = own_redis(appendonly="yes")
    store = RedisStore(server.url)
    with contextlib.closing(server.client()) as client:
        assert asyncio.run(store.check()) == []
        client.config_set("appendonly", "no")
        assert "appendonly is off" in asyncio.run(store.check())[0]
        client.config_set("maxmemory-policy", "allkeys-lru")
        with pytest.raises(StateError, match="maxmemory-policy is allkeys-lru"):
            asyncio.run(store.check())
        client.config_set("maxmemory-policy", "noeviction")
        client.replicaof("127.0.0.1", "1")
        with pytest.raises(StateError, match="replica"):
            asyncio.run(store.check())


def test_a_large_commit_passes_in_one_piece(state: State) -> None:
    """More fields, records and forgotten records than Lua can spread at once."""

    async def test() -> None:
        session, _ = await state.open()
        fields = {str(field): 2**53 + field for field in range(9_001)}
        rows = {f"u{row}": b"record" for row in range(9_001)}
        await session.apply(commit(10, cells={"orders": {1: fields}}, records={"users": rows}))
        assert await session.read({"users": rows}) == {"users": rows}
        gone = dict.fromkeys(list(rows)[1:], b"")
        await session.apply(commit(20, cells={"orders": {1: fields}}, records={"users": gone}))
        assert await session.read({"users": rows}) == {"users": {"u0": b"record"}}
        assert await state.contents() == {1: {field: 2 * value for field, value in fields.items()}}

    state.run(test)


def test_partitions_are_independent_of_each_other_s_faults(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        other, _ = await state.open(Partition("v1", "orders", 4))
        session.close()
        await other.apply(commit(10))

    state.run(test)
