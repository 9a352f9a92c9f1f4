"""The internal topics of a version that is retired: nobody sends there any more, and nobody reads."""

import asyncio
from collections.abc import Collection

import msgspec
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, NoError, UnknownTopicOrPartitionError

from schemas.names import is_internal_to

ANSWER_S = 20.0
DONE = (NoError.errno, UnknownTopicOrPartitionError.errno)


class Dropped(msgspec.Struct, frozen=True):
    """Which were deleted, and which are left because Kafka did not do it; both in the order of their names."""

    deleted: tuple[str, ...]
    left: tuple[str, ...]


async def drop(kafka: str, version: str, topics: Collection[str]) -> Dropped:
    """Those of the version's topics that are internal; what is gone already counts as neither."""
    internal = tuple(sorted(topic for topic in topics if is_internal_to(version, topic)))
    if not internal:
        return Dropped((), ())
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        async with asyncio.timeout(ANSWER_S):
            await admin.start()
            there = set(await admin.list_topics())
            answer = await admin.delete_topics([topic for topic in internal if topic in there])
    except (KafkaError, OSError, TimeoutError):
        return Dropped((), internal)
    finally:
        await admin.close()
    errors = dict(answer.topic_error_codes)
    return Dropped(
        tuple(topic for topic in internal if errors.get(topic) == NoError.errno),
        tuple(topic for topic in internal if errors.get(topic, NoError.errno) not in DONE),
    )
