"""The internal topics of a version that is retired: nobody sends there any more, and nobody reads."""

from collections.abc import Collection

import msgspec
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import NoError, UnknownTopicOrPartitionError

from schemas.names import is_internal_to
from services.definition.asking import answer_of

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

    async def delete(admin: AIOKafkaAdminClient) -> dict[str, int]:
        there = set(await admin.list_topics())
        answer = await admin.delete_topics([topic for topic in internal if topic in there])
        return dict(answer.topic_error_codes)

    errors = await answer_of(kafka, delete)
    if errors is None:
        return Dropped((), internal)
    return Dropped(
        tuple(topic for topic in internal if errors.get(topic) == NoError.errno),
        tuple(topic for topic in internal if errors.get(topic, NoError.errno) not in DONE),
    )
