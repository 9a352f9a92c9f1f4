"""A version that takes over, and a worker that dies while it does."""

import asyncio

from streams.state.redis import RedisRegistry
from streams.state.serving import Serving
from tests.live.road import Road

DIES = """
import os, signal
from streams.state.redis import RedisRegistry
exchange = RedisRegistry.exchange
async def dying(self, company, known, wanted):
    if not wanted.before:
        return await exchange(self, company, known, wanted)
    if {after}:
        await exchange(self, company, known, wanted)
    os.kill(os.getpid(), signal.SIGKILL)
RedisRegistry.exchange = dying
"""
"""A worker that ends itself, before or after it takes over."""


def serving(road: Road) -> Serving:
    return asyncio.run(RedisRegistry(road.redis.url).serving("Test"))
