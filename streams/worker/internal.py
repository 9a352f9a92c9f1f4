"""Messages to the partitions of internal topics.

All of a batch's are acknowledged when ``send`` returns; to one partition each is sent once the one before it is
acknowledged.  Where one is not, nothing that follows it is sent: a later one that arrived would make the second stage
skip it for ever.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from schemas.errors import LogError
from streams.worker.intake import Outgoing
from streams.worker.late_producer import LateProducer


class Internal(Protocol):
    """Where the rows of re-keyed measures go."""

    async def send(self, outgoing: Sequence[Outgoing]) -> None:
        """Returns once every message is acknowledged; raises what the first failure of any was, once all have ended."""

    async def close(self) -> None:
        """Leaves Kafka; may be called twice."""


class InternalTopics(LateProducer):
    """Those of all stages."""

    async def send(self, outgoing: Sequence[Outgoing]) -> None:
        """Partitions beside each other, the messages of each one after another."""
        producer = await self._started()
        answers = await asyncio.gather(*(_in_turn(producer, one) for one in outgoing), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer


async def _in_turn(producer: AIOKafkaProducer, outgoing: Outgoing) -> None:
    for message in outgoing.messages:
        try:
            await producer.send_and_wait(outgoing.topic, message, partition=outgoing.partition)
        except MessageSizeTooLargeError as error:  # no attempt would ever succeed
            raise LogError(
                f"{outgoing.topic} does not take a message of {len(message)} bytes, which holds one event: "
                "raise its max.message.bytes"
            ) from error
