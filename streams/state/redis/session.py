"""One partition in the hands of one worker, on a connection of its own."""

import asyncio
from collections.abc import Awaitable, Collection, Mapping
from typing import Any

from schemas import names
from schemas.errors import Moved
from streams.state.port import Commit, Partition
from streams.state.redis.carry import carry
from streams.state.redis.connection import Command, Connection, answer, failed
from streams.state.redis.scripts import Scripts, digest


class RedisSession:
    """Position and stamp are kept as Redis has them; ``apply`` moves the position as it sends: a failure ends all."""

    def __init__(
        self, partition: Partition, connection: Connection, scripts: Scripts, place: tuple[bytes, bytes]
    ) -> None:
        self._prefix = names.partition_prefix(*partition)
        self._state = names.own_keys(self._prefix)[0]
        self._connection = connection
        self._script = digest(scripts.apply)
        self._place: tuple[bytes, bytes] | None = place
        self._under_way: asyncio.Task[None] | None = None

    async def read(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, bytes]]:
        spaces = {space: list(entities) for space, entities in wanted.items() if entities}
        reads: list[Command] = [
            ("HMGET", self._prefix + names.records_name(space), *entities) for space, entities in spaces.items()
        ]
        _, *rows = await self._ask(reads)
        return {
            space: {entity: record for entity, record in zip(entities, row, strict=True) if record is not None}
            for (space, entities), row in zip(spaces.items(), rows, strict=True)
        }

    async def look(self) -> None:
        await self._ask([])

    async def _ask(self, reads: list[Command]) -> list[Any]:
        """What these commands read, from one moment at which the state stands where this session left it."""
        place = self._held()
        commands: list[Command] = [("MULTI",), ("HMGET", self._state, "position", "stamp"), *reads, ("EXEC",)]
        try:
            replies: list[Any] = await self._connection.ask(*commands)
        except BaseException:
            self.close()
            raise
        if tuple(replies[0]) != place:
            self.close()
            raise _moved(self._prefix, place, replies[0][0])
        return replies

    def apply(self, commit: Commit) -> Awaitable[None]:
        if self._under_way is not None and not self._under_way.done():
            raise RuntimeError("A commit is under way already.")
        self._under_way = asyncio.create_task(self._settled(self._send(commit)))
        self._under_way.add_done_callback(_seen)
        return self._under_way

    def _send(self, commit: Commit) -> asyncio.Future[Any]:
        try:
            position, stamp = self._held()
        except Moved as ended:
            return failed(ended)
        keys, arguments = carry(commit, self._prefix)
        self._place = b"%d" % commit.standing.position, stamp
        return self._connection.call(("EVALSHA", self._script, len(keys), *keys, position, stamp, *arguments))

    async def _settled(self, reply: asyncio.Future[Any]) -> None:
        try:
            await answer(reply)
        except BaseException:
            self.close()
            raise

    def _held(self) -> tuple[bytes, bytes]:
        if self._place is None:
            raise Moved("This session has ended; the partition must be opened again.")
        return self._place

    def close(self) -> None:
        self._place = None
        self._connection.close()


def _seen(task: asyncio.Task[None]) -> None:
    """A failure that nobody awaits any more needs no report: the session has ended and says so."""
    if not task.cancelled():
        task.exception()


def _moved(prefix: str, place: tuple[bytes, bytes], position: bytes | None) -> Moved:
    found = position.decode() if position else "nowhere"
    reason = "another session took it over" if position == place[0] else f"it stands at {found}"
    return Moved(f"{prefix} was left at {place[0].decode()}, but {reason}.")
