"""Where workers keep their partitions: a Redis that is asked to keep or lose a script's writes as one."""

import secrets
from typing import Any

from hiredis import HiredisError

from schemas import names
from schemas.errors import LogError, StateError
from streams.state import refusals
from streams.state.port import Log, Opened, Partition
from streams.state.redis.connection import Connection
from streams.state.redis.scripts import SCRIPTS, Scripts, digest
from streams.state.redis.server import judge_server, read_info
from streams.state.redis.session import RedisSession
from streams.state.redis.standing import FIELDS, standing_of


class RedisStore:
    """Each session has a connection of its own; all else is asked seldom, on one that is opened for it."""

    away: tuple[type[Exception], ...] = (HiredisError,)

    def __init__(self, url: str, scripts: Scripts = SCRIPTS) -> None:
        self._url = url
        self._scripts = scripts

    async def open(self, partition: Partition, log: Log) -> tuple[RedisSession, Opened]:
        prefix = names.partition_prefix(*partition)
        keys, stamp = names.own_keys(prefix), secrets.token_hex(8)
        arguments = stamp, log.begin, log.end, log.topic_id, prefix, names.ids_name("")
        connection = await Connection.open(self._url, *self._scripts.loading())
        try:
            taken = await connection.ask(("EVALSHA", digest(self._scripts.take), len(keys), *keys, *arguments))
            opened = _opened(partition, log, taken)
        except BaseException:
            connection.close()
            raise
        place = b"%d" % opened.standing.position, stamp.encode()
        return RedisSession(partition, connection, self._scripts, place), opened

    async def fix_partitions(self, version: str, topic: str, number: int) -> int:
        key = names.sources_key(version)
        return int(await self._ask(("HSETNX", key, topic, number), ("HGET", key, topic)))

    async def retire(self, partition: Partition) -> None:
        """Ends a partition for good: no session can open it again, and all but its mark is freed."""
        prefix = names.partition_prefix(*partition)
        keys = names.own_keys(prefix)
        await self._ask(*self._scripts.loading(), ("EVALSHA", digest(self._scripts.retire), len(keys), *keys, prefix))

    async def check(self) -> list[str]:
        """What whoever runs this Redis should know; raises StateError when it must not be used."""
        return judge_server(read_info(await self._ask(("INFO",))))

    async def _ask(self, *commands: tuple[Any, ...]) -> Any:
        connection = await Connection.open(self._url)
        try:
            return await connection.ask(*commands)
        finally:
            connection.close()


def _opened(partition: Partition, log: Log, taken: list[Any]) -> Opened:
    """What ``take.lua`` told, or its refusal raised."""
    verdict, *told = taken
    if verdict != b"taken":
        raise _refusal(partition, log, [part.decode() for part in taken])
    standing, ids = standing_of(told[: len(FIELDS)]), told[len(FIELDS) :]
    if standing is None:
        raise refusals.unfit(partition, repr(told[0]))
    slots = {names.slot_of(name.decode()): blob or b"" for name, blob in zip(ids[::2], ids[1::2], strict=True)}
    return Opened(standing=standing, ids=slots)


def _refusal(partition: Partition, log: Log, verdict: list[str]) -> LogError | StateError:
    match verdict:
        case ["retired"]:
            refusal = refusals.retired(partition)
        case ["lost"]:
            refusal = refusals.lost(partition)
        case ["topic", _, stored_id]:
            refusal = refusals.other_topic(partition, log, stored_id)
        case ["outside", position]:
            refusal = refusals.outside(partition, log, int(position))
        case ["expires", key]:
            return refusals.expires(partition, key)
        case _:
            return refusals.unfit(partition, verdict[-1])
    return refusal
