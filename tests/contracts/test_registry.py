"""What every registry of versions promises, over memory and a real Redis."""

import asyncio

import pytest
from redis import Redis

from schemas.errors import LogError
from streams.state.port import Log
from streams.state.redis import RedisRegistry
from streams.state.serving import NOTHING, Registry, Serving
from tests.contracts.states import HERE, State, commit, in_memory, in_redis
from tests.servers import RedisServer


@pytest.fixture(params=["memory", "redis"])
def both(request: pytest.FixtureRequest) -> tuple[State, Registry]:
    if request.param == "memory":
        state = in_memory()
        registry: Registry = state.store  # type: ignore[assignment]  # the memory is all three
        return state, registry
    client: Redis = request.getfixturevalue("redis")
    server: RedisServer = request.getfixturevalue("redis_server")
    return in_redis(client, server.url), RedisRegistry(server.url)


FIRST = Serving(served="v1", since_ms=2**53 - 1)
SECOND = Serving(served="v2", before="v1", since_ms=7)


def test_a_company_of_which_nothing_is_known_serves_nothing(both: tuple[State, Registry]) -> None:
    state, registry = both

    async def test() -> None:
        assert await registry.serving("Kaas & Co {1}") == NOTHING
        assert await registry.exchange("Kaas & Co {1}", NOTHING, FIRST)
        assert await registry.serving("Kaas & Co {1}") == FIRST
        assert await registry.serving("another") == NOTHING

    state.run(test)


def test_it_is_exchanged_only_by_who_knows_what_stands_there(both: tuple[State, Registry]) -> None:
    state, registry = both

    async def test() -> None:
        await registry.exchange("shop", NOTHING, FIRST)
        assert not await registry.exchange("shop", NOTHING, SECOND)
        assert not await registry.exchange("shop", SECOND, NOTHING)
        assert await registry.serving("shop") == FIRST
        assert await registry.exchange("shop", FIRST, SECOND)
        assert await registry.serving("shop") == SECOND

    state.run(test)


def test_of_many_who_exchange_at_once_one_does(both: tuple[State, Registry]) -> None:
    state, registry = both

    async def test() -> None:
        await registry.exchange("shop", NOTHING, FIRST)
        wanted = [Serving(served=f"v{n}", before="v1", since_ms=n) for n in range(10)]
        done = await asyncio.gather(*(registry.exchange("shop", FIRST, one) for one in wanted))
        assert sum(done) == 1
        assert await registry.serving("shop") == wanted[done.index(True)]

    state.run(test)


def test_the_latest_definition_of_a_version_is_kept(both: tuple[State, Registry]) -> None:
    state, registry = both

    async def test() -> None:
        assert await registry.definition("v1") is None
        for text in (b"\x00one", b"two"):
            await registry.keep_definition("v1", text)
            assert await registry.definition("v1") == text
        assert await registry.definition("v2") is None
        await registry.forget("v1", marks=False)
        assert await registry.definition("v1") is None

    state.run(test)


def test_what_a_version_went_on_with_is_kept_beside_its_definition(both: tuple[State, Registry]) -> None:
    state, registry = both

    async def test() -> None:
        assert await registry.carried("v1") is None
        for text in (b"\x00one", b"two"):
            await registry.keep_carried("v1", text)
            assert await registry.carried("v1") == text
        assert await registry.carried("v2") is None
        assert await registry.definition("v1") is None
        await registry.forget("v1", marks=False)
        assert await registry.carried("v1") is None

    state.run(test)


def test_every_version_that_began_is_named_with_its_partitions(both: tuple[State, Registry]) -> None:
    state, registry = both

    async def test() -> None:
        assert await registry.versions() == {}
        begun = [("v1", "orders", 4), ("v1", "re{fu}nds", 2), *((f"w{n}", "orders", 1) for n in range(30))]
        for version, topic, number in begun:
            await state.store.fix_partitions(version, topic, number)
        await registry.exchange("shop", NOTHING, FIRST)
        await registry.keep_definition("v1", b"text")
        versions = await registry.versions()
        assert versions["v1"] == {"orders": 4, "re{fu}nds": 2}
        assert len(versions) == 31

    state.run(test)


def test_a_partition_has_a_size_until_it_is_retired(both: tuple[State, Registry]) -> None:
    state, registry = both

    async def test() -> None:
        assert await registry.size(HERE) == 0
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {f"u{n}": b"." * 90 for n in range(999)}}))
        assert await registry.size(HERE) > 90_000
        assert not await registry.retired(HERE)
        await state.store.retire(HERE)
        assert await registry.retired(HERE)
        assert await registry.size(HERE) < 500

    state.run(test)


def test_a_retired_version_begins_again_only_when_its_marks_are_forgotten(both: tuple[State, Registry]) -> None:
    state, registry = both

    async def test() -> None:
        await state.store.fix_partitions(HERE.version, HERE.topic, HERE.number + 1)
        session, _ = await state.open()
        await session.apply(commit(10))
        await state.store.retire(HERE)
        await registry.forget(HERE.version, marks=False)
        with pytest.raises(LogError, match="retired"):
            await state.open()
        assert HERE.version in await registry.versions()
        await registry.forget(HERE.version, marks=True)
        assert await registry.versions() == {}
        _, opened = await state.open(HERE, Log(begin=0, end=9, topic_id="first"))
        assert opened.standing.position == 0

    state.run(test)


def test_what_is_served_goes_back_with_the_counts(both: tuple[State, Registry]) -> None:
    state, registry = both

    async def test() -> None:
        await registry.exchange("shop", NOTHING, FIRST)
        older = state.copied()
        await registry.exchange("shop", FIRST, SECOND)
        state.fall_back(older)
        assert await registry.serving("shop") == FIRST

    state.run(test)
