"""A version goes on only with the topics that were read, not with one made anew, grown, or never begun."""

import asyncio

import pytest
from redis import Redis

from schemas.definition.loading import parse
from schemas.errors import CommandError
from streams.plan import compile_plan
from streams.state.redis import RedisRegistry
from tests.servers import RedisServer
from tests.services.definition.carrying import carried, served
from tests.services.definition.held_topics import HeldTopics
from tests.services.definition.two_versions import NEW, OLD


@pytest.mark.parametrize(
    ("topics", "why"),
    [
        (HeldTopics(id="another"), "shop was made anew since version"),
        (HeldTopics(partitions=3), "shop has 3 partitions, version [0-9a-f]+ counts it with 2"),
    ],
)
def test_a_topic_that_is_not_as_it_was_read_is_refused_and_nothing_is_left_of_it(
    topics: HeldTopics, why: str, before: str
) -> None:
    with pytest.raises(CommandError, match=why):
        asyncio.run(carried(before, parse(NEW), topics=topics))
    new = compile_plan(parse(NEW)).version
    assert asyncio.run(RedisRegistry(before).carried(new)) is None
    assert new not in asyncio.run(RedisRegistry(before).versions())


def test_a_topic_that_no_worker_has_begun_is_refused(redis_server: RedisServer, redis: Redis) -> None:
    """One worker may have announced the version while another has yet to open its topic."""
    old = compile_plan(parse(OLD))

    async def story() -> None:
        await served(redis_server.url, old)
        await carried(redis_server.url, parse(NEW))

    with pytest.raises(CommandError, match="has not begun to read shop"):
        asyncio.run(story())
