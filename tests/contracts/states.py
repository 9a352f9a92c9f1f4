"""Both implementations of the state as the contract suite holds them."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from redis import Redis

from streams.state.memory import MemoryStore
from streams.state.port import NEVER, Commit, KeySpan, Log, Opened, Partition, Reader, Session, Standing, Store
from streams.state.redis import RedisReader, RedisStore

HERE = Partition("v1", "orders", 3)
LOG = Log(begin=0, end=1000, topic_id="first")
ALL = (KeySpan(None, 2**40),)


class State:
    """A store, a reader of it, and the power to send both back in time."""

    def __init__(
        self, store: Store, reader: Reader, copied: Callable[[], Any], fall_back: Callable[[Any], None]
    ) -> None:
        self.store, self.reader = store, reader
        self.copied, self.fall_back = copied, fall_back
        self._sessions: list[Session] = []

    async def open(self, partition: Partition = HERE, log: Log = LOG) -> tuple[Session, Opened]:
        session, opened = await self.store.open(partition, log)
        self._sessions.append(session)
        return session, opened

    def run(self, test: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Runs a test, then closes whatever it opened."""

        async def run() -> None:
            try:
                await test()
            finally:
                for session in self._sessions:
                    session.close()
                await self.reader.close()

        asyncio.run(run())

    async def contents(self, series: str = "orders") -> dict[int, dict[str, int]]:
        """All cells of a series."""
        snapshot = await self.reader.snapshot(HERE, {series: ALL})
        assert snapshot is not None
        return snapshot.cells[series]


def in_memory() -> State:
    store = MemoryStore()
    return State(store, store, store.copied, store.fall_back)


def in_redis(client: Redis, url: str) -> State:
    def copied() -> dict[Any, Any]:
        return {key: client.dump(key) for key in sorted(client.scan_iter())}

    def fall_back(to: Mapping[Any, Any]) -> None:
        with client.pipeline(transaction=True) as pipeline:
            pipeline.flushdb()
            for key, dumped in to.items():
                pipeline.restore(key, 0, dumped)
            pipeline.execute()

    return State(RedisStore(url), RedisReader(url), copied, fall_back)


def commit(position: int, orders: int = 1, **rest: Any) -> Commit:
    """``orders`` more in bucket 7 of key number 2, and whatever else is given."""
    given: dict[str, Any] = {
        "standing": Standing(position=position, floor=NEVER, clock=position, watermark=position),
        "cells": {"orders": {2: {"7": orders}}},
        "totals": {"counted": orders},
        "records": {},
        "ids": {},
    }
    return Commit(**given | rest)
