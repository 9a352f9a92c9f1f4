"""Which partition a message goes to: by its key, and where it has none by its id, so that a second sending meets the
first.
"""

from collections.abc import Iterable
from functools import lru_cache

from kafka.partitioner.default import murmur2

from schemas.events.publishing import Message

KEPT = 65_536


def partition_of(message: Message, partitions: int) -> int:
    """As Kafka's own clients choose it, from 0."""
    return spread(message.id.encode() if message.key is None else message.key, partitions)


def misplaced(keys: Iterable[bytes], partition: int, partitions: int) -> int:
    """How many records of a partition bear a key that would have brought them to another one."""
    return sum(spread(key, partitions) != partition for key in keys)


@lru_cache(KEPT)  # who comes once comes again
def spread(text: bytes, partitions: int) -> int:
    """Of a key, or of what stands in for one."""
    number: int = murmur2(text) & 0x7FFF_FFFF
    return number % partitions
