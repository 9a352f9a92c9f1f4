"""Copies a partition's state piece by piece: nobody is held up, and nothing counts before the last step.

wipe ──▶ put, put, put ... (no position: whoever opens it is refused) ──▶ finish (position)
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Self

import msgspec

from schemas import names
from streams.state.port import Partition, Standing
from streams.state.redis.connection import Command, Connection
from streams.state.redis.standing import FIELDS, standing_of

A_SCAN = 1_000
KEYS_AT_ONCE = 1_000
STAMP = "copied"
"""Of a partition that no worker has opened yet."""


class Held(msgspec.Struct, frozen=True):
    """Where a partition stands, under which stamp and topic; equal again as long as nobody has committed or opened."""

    standing: Standing
    stamp: bytes
    topic_id: str
    totals: dict[str, int]


class RedisCopier:
    """On one connection, which is opened by ``async with``."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> Self:
        self._connection = await Connection.open(self._url)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._connection.close()

    async def held(self, partition: Partition) -> Held | None:
        """None where it has no position."""
        state, totals, _ = names.own_keys(names.partition_prefix(*partition))
        asked: list[Command] = [("MULTI",), ("HMGET", state, *FIELDS, "stamp", "topic_id"), ("HGETALL", totals)]
        found, told = await self._ask(*asked, ("EXEC",))
        standing = standing_of(found[: len(FIELDS)])
        if standing is None:
            return None
        stamp, topic_id = found[len(FIELDS) :]
        pairs = zip(told[::2], told[1::2], strict=True)
        return Held(standing, stamp or b"", (topic_id or b"").decode(), {name.decode(): int(n) for name, n in pairs})

    async def names(self, partition: Partition) -> list[str]:
        """Of its cells, records and ids."""
        index = names.own_keys(names.partition_prefix(*partition))[2]
        return sorted(name.decode() for name in await self._ask(("SMEMBERS", index)))

    async def fields(self, partition: Partition, name: str) -> AsyncIterator[dict[bytes, bytes]]:
        """Of cells or records, some at a time; one may come twice."""
        key, cursor = names.partition_prefix(*partition) + name, b"0"
        while True:
            cursor, flat = await self._ask(("HSCAN", key, cursor, "COUNT", A_SCAN))
            yield dict(zip(flat[::2], flat[1::2], strict=True))
            if cursor == b"0":
                return

    async def some(self, partition: Partition, name: str, wanted: Sequence[bytes]) -> list[bytes | None]:
        """These fields of cells or records; None where one is not there."""
        found: list[bytes | None] = await self._ask(("HMGET", names.partition_prefix(*partition) + name, *wanted))
        return found

    async def ids(self, partition: Partition, name: str) -> bytes:
        """All of one slot."""
        found: bytes | None = await self._ask(("GET", names.partition_prefix(*partition) + name))
        return found or b""

    async def put(self, partition: Partition, name: str, fields: Mapping[bytes, bytes]) -> None:
        """Cells or records, beside what was put there."""
        flat = [part for pair in fields.items() for part in pair]
        if flat:
            await self._named(partition, name, "HSET", *flat)

    async def put_ids(self, partition: Partition, name: str, ids: bytes) -> None:
        """In place of what was put there."""
        await self._named(partition, name, "SET", ids)

    async def wipe(self, partition: Partition) -> None:
        """Everything that was put there, a position too."""
        prefix = names.partition_prefix(*partition)
        state, totals, index = names.own_keys(prefix)
        await self._ask(("DEL", state))
        keys = [prefix + name for name in await self.names(partition)]
        for begin in range(0, len(keys), KEYS_AT_ONCE):
            await self._ask(("UNLINK", *keys[begin : begin + KEYS_AT_ONCE]))
        await self._ask(("UNLINK", totals, index))

    async def finish(self, partition: Partition, held: Held) -> None:
        """From here on it counts."""
        state, totals, _ = names.own_keys(names.partition_prefix(*partition))
        one = held.standing
        fields: list[str | bytes | int] = ["position", one.position, "floor", one.floor, "clock", one.clock]
        fields += ["watermark", one.watermark, "topic_id", held.topic_id, "stamp", STAMP]
        if one.reached:
            fields += ["reached", msgspec.json.encode(one.reached)]
        told: list[str | bytes | int] = [part for pair in held.totals.items() for part in pair]
        kept: list[Command] = [("HSET", totals, *told)] if told else []
        await self._ask(("MULTI",), *kept, ("HSET", state, *fields), ("EXEC",))

    async def _named(self, partition: Partition, name: str, command: str, *values: str | bytes | int) -> None:
        """The index knows of a key before it is there, so that it can be found."""
        prefix = names.partition_prefix(*partition)
        await self._ask(("SADD", names.own_keys(prefix)[2], name), (command, prefix + name, *values))

    async def _ask(self, *commands: Command) -> Any:
        return await self._connection.ask(*commands)
