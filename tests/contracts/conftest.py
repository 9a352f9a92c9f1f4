"""The state under test: in memory, and in a real Redis."""

import pytest
from redis import Redis

from tests.contracts.states import State, in_memory, in_redis
from tests.servers import RedisServer


@pytest.fixture(params=["memory", "redis"])
def state(request: pytest.FixtureRequest) -> State:
    if request.param == "memory":
        return in_memory()
    client: Redis = request.getfixturevalue("redis")
    server: RedisServer = request.getfixturevalue("redis_server")
    return in_redis(client, server.url)
