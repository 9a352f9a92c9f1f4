"""A version goes on only with the topics that were read, not with one made anew, grown, or never begun."""

import asyncio
import random
from collections.abc import Collection, Mapping
from typing import NamedTuple

import pytest
from redis import Redis

from schemas.definition.loading import parse
from schemas.errors import CommandError
from services.definition.carry import Kafka, carry
from services.definition.stores import Stores
from streams.plan import compile_plan
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.redis.copier import RedisCopier
from streams.worker.sessions import TopicFacts
from tests.servers import RedisServer
from tests.services.definition.test_carry import NEW, NOTHING_LEFT, OLD, happenings, served
from tests.services.exporter.world import Company


class Shop(NamedTuple):
    """The topic as Kafka tells of it."""

    id: str = "topic-id"
    partitions: int = 2

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        """All are there."""

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        return dict.fromkeys(topics, TopicFacts(self.id, self.partitions))


async def carried_with(url: str, topics: Shop) -> None:
    reader = RedisReader(url)
    try:
        async with RedisCopier(url) as copier:
            stores = Stores(RedisRegistry(url), reader, RedisStore(url), copier)
            await carry(parse(NEW), stores, Kafka(topics, NOTHING_LEFT))
    finally:
        await reader.close()


@pytest.fixture
def before(redis_server: RedisServer, redis: Redis) -> str:
    """A company that serves the old version."""

    async def begin() -> None:
        company = Company(compile_plan(parse(OLD)), RedisStore(redis_server.url))
        await company.begin()
        await company.publish(*happenings(random.Random(0), 0, 50))
        await served(redis_server.url, company.plan)

    asyncio.run(begin())
    return redis_server.url


@pytest.mark.parametrize(
    ("topics", "why"),
    [
        (Shop(id="another"), "shop was made anew since version"),
        (Shop(partitions=3), "shop has 3 partitions, version [0-9a-f]+ counts it with 2"),
    ],
)
def test_a_topic_that_is_not_as_it_was_read_is_refused_and_nothing_is_left_of_it(
    topics: Shop, why: str, before: str
) -> None:
    with pytest.raises(CommandError, match=why):
        asyncio.run(carried_with(before, topics))
    new = compile_plan(parse(NEW)).version
    assert asyncio.run(RedisRegistry(before).carried(new)) is None
    assert new not in asyncio.run(RedisRegistry(before).versions())


def test_a_topic_that_no_worker_has_begun_is_refused(redis_server: RedisServer, redis: Redis) -> None:
    """One worker may have announced the version while another has yet to open its topic."""
    old = compile_plan(parse(OLD))

    async def story() -> None:
        await served(redis_server.url, old)
        await carried_with(redis_server.url, Shop())

    with pytest.raises(CommandError, match="has not begun to read shop"):
        asyncio.run(story())
