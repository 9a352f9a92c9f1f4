"""The versions in a Redis."""

from typing import Any

import msgspec

from schemas import names
from streams.state.port import Partition
from streams.state.redis.connection import Command, Connection
from streams.state.redis.scripts import SCRIPTS, digest
from streams.state.serving import NOTHING, Serving

RETIRED = b"retired"
A_SCAN = 1_000
KEYS_AT_ONCE = 1_000


class RedisRegistry:
    """Asked seldom: each time on a connection of its own."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def serving(self, company: str) -> Serving:
        stored = await self._ask(("GET", names.serving_key(company)))
        return NOTHING if stored is None else msgspec.json.decode(stored, type=Serving)

    async def exchange(self, company: str, known: Serving, wanted: Serving) -> bool:
        key, known_text = names.serving_key(company), b"" if known == NOTHING else msgspec.json.encode(known)
        call = ("EVALSHA", digest(SCRIPTS.exchange), 1, key, known_text, msgspec.json.encode(wanted))
        return bool(await self._ask(*SCRIPTS.loading(), call))

    async def keep_definition(self, version: str, definition: bytes) -> None:
        await self._ask(("SET", names.definition_key(version), definition))

    async def definition(self, version: str) -> bytes | None:
        found: bytes | None = await self._ask(("GET", names.definition_key(version)))
        return found

    async def keep_carried(self, version: str, carried: bytes) -> None:
        await self._ask(("SET", names.carried_key(version), carried))

    async def carried(self, version: str) -> bytes | None:
        found: bytes | None = await self._ask(("GET", names.carried_key(version)))
        return found

    async def versions(self) -> dict[str, dict[str, int]]:
        """By SCAN, which holds nobody up."""
        found: dict[str, dict[str, int]] = {}
        cursor = b"0"
        while True:
            cursor, keys = await self._ask(("SCAN", cursor, "MATCH", names.sources_key("*"), "COUNT", A_SCAN))
            for key in keys:
                flat = await self._ask(("HGETALL", key))
                topics = {topic.decode(): int(number) for topic, number in zip(flat[::2], flat[1::2], strict=True)}
                found[names.version_of(key.decode())] = topics
            if cursor == b"0":
                return found

    async def retired(self, partition: Partition) -> bool:
        state = names.own_keys(names.partition_prefix(*partition))[0]
        return bool(await self._ask(("HGET", state, "position")) == RETIRED)

    async def size(self, partition: Partition) -> int:
        prefix = names.partition_prefix(*partition)
        own = list(names.own_keys(prefix))
        keys = own + [prefix + name.decode() for name in await self._ask(("SMEMBERS", own[-1]))]
        total = 0
        for begin in range(0, len(keys), KEYS_AT_ONCE):
            asked: list[Command] = [("MEMORY", "USAGE", key) for key in keys[begin : begin + KEYS_AT_ONCE]]
            total += sum(size or 0 for size in await self._ask(("MULTI",), *asked, ("EXEC",)))
        return total

    async def forget(self, version: str, *, marks: bool) -> None:
        gone = [names.definition_key(version), names.carried_key(version)]
        if marks:
            key = names.sources_key(version)
            flat = await self._ask(("HGETALL", key))
            for topic, number in zip(flat[::2], flat[1::2], strict=True):
                for n in range(int(number)):
                    gone += names.own_keys(names.partition_prefix(version, topic.decode(), n))
            gone.append(key)
        await self._ask(("UNLINK", *gone))

    async def _ask(self, *commands: Command) -> Any:
        connection = await Connection.open(self._url)
        try:
            return await connection.ask(*commands)
        finally:
            connection.close()
