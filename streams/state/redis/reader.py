"""Where readings come from: each answer is one moment of one partition, asked of the primary."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from schemas import names
from streams.state.port import KeySpan, Memory, Partition, Snapshot, Standing
from streams.state.redis.connection import Command, Connection
from streams.state.redis.scripts import SCRIPTS, digest
from streams.state.redis.server import memory_of, read_info
from streams.state.redis.standing import FIELDS, standing_of


class RedisReader:
    """Keeps one connection until it fails; the call after that opens another."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()
        self._script = digest(SCRIPTS.snapshot)

    async def snapshot(self, partition: Partition, wanted: Mapping[str, Collection[KeySpan]]) -> Snapshot | None:
        prefix = names.partition_prefix(*partition)
        keys = names.own_keys(prefix)
        spans = [
            part
            for series, spans in wanted.items()
            for first, last in spans
            for part in (names.cells_name(series, ""), "" if first is None else first, last)
        ]
        *fields, totals = (moment := await self._ask(("EVALSHA", self._script, len(keys), *keys, prefix, *spans)))[
            : len(FIELDS) + 1
        ]
        standing = standing_of(fields)
        if standing is None:
            return None
        cells: dict[str, dict[int, dict[str, int]]] = {series: {} for series in wanted}
        for name, found in zip(moment[len(FIELDS) + 1 :: 2], moment[len(FIELDS) + 2 :: 2], strict=True):
            series, number = names.cells_of(name.decode())
            cells[series][number] = _integers(found)
        return Snapshot(standing=standing, totals=_integers(totals), cells=cells)

    async def standing(self, partition: Partition) -> Standing | None:
        state = names.own_keys(names.partition_prefix(*partition))[0]
        return standing_of(await self._ask(("HMGET", state, *FIELDS)))

    async def partitions(self, version: str) -> dict[str, int]:
        return _integers(await self._ask(("HGETALL", names.sources_key(version))))

    async def memory(self) -> Memory:
        return memory_of(read_info(await self._ask(("INFO", "memory"))))

    async def _ask(self, command: Command) -> Any:
        async with self._opening:
            connection = self._connection
            if connection is None:
                connection = self._connection = await Connection.open(self._url, *SCRIPTS.loading())
        try:
            return await connection.ask(command)
        except BaseException:
            connection.close()
            if self._connection is connection:
                self._connection = None
            raise

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _integers(flat: list[bytes]) -> dict[str, int]:
    """A hash as HGETALL gives it."""
    return {field.decode(): int(value) for field, value in zip(flat[::2], flat[1::2], strict=True)}
