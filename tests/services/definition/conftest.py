"""What several tests of carrying begin with."""

import asyncio
import random

import pytest
from redis import Redis

from tests.servers import RedisServer
from tests.services.definition.carrying import begun
from tests.services.definition.two_versions import happenings


@pytest.fixture
def before(redis_server: RedisServer, redis: Redis) -> str:
    """The URL of a Redis with a company that serves the old version."""
    asyncio.run(begun(redis_server.url, list(happenings(random.Random(0), 0, 100))))
    return redis_server.url
