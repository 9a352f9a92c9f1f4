"""Refused events go to the dead-letter topic of their source: the bytes as they came, the reason in the headers.

They are acknowledged before the batch is committed, so none is lost; after a crash some may stand there twice, told
by topic, partition and offset.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypedDict

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from faust.types import TP

from schemas.events.needs import Raw, Refused
from schemas.names import (
    HEADER_DETAIL,
    HEADER_OFFSET,
    HEADER_PARTITION,
    HEADER_REASON,
    HEADER_TOPIC,
    dead_letter_topic,
)

MAX_BYTES = 20 * 1024 * 1024
OWN_HEADERS = 5


class DeadLetterTopics:
    """A producer that is made when it is first needed, on the loop that needs it."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def send(self, tp: TP, raws: Sequence[Raw], refused: list[Refused]) -> None:
        """Returns once every one of them is acknowledged; raises KafkaError where one is not."""
        producer = await self._started()
        letters = [_letter(tp, raws[one.index], one) for one in refused]
        sent = [await _sent(producer, letter) for letter in letters]
        for letter, answer in zip(letters, await asyncio.gather(*sent, return_exceptions=True), strict=True):
            if isinstance(answer, MessageSizeTooLargeError):
                await producer.send_and_wait(**_without_bytes(letter))
            elif isinstance(answer, BaseException):
                raise answer

    async def close(self) -> None:
        """Leaves Kafka; may be called twice, and where nothing was ever sent."""
        async with self._starting:
            if self._producer is not None:
                await self._producer.stop()
                self._producer = None

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._kafka,
                    acks="all",
                    linger_ms=5,
                    max_request_size=MAX_BYTES,
                )
                await producer.start()
                self._producer = producer
            return self._producer


class _Letter(TypedDict):
    topic: str
    value: bytes | None
    key: bytes | None
    headers: list[tuple[str, bytes]]


def _letter(tp: TP, raw: Raw, refused: Refused) -> _Letter:
    headers = [
        (HEADER_REASON, refused.reason.encode()),
        (HEADER_DETAIL, refused.detail.encode()),
        (HEADER_TOPIC, tp.topic.encode()),
        (HEADER_PARTITION, b"%d" % tp.partition),
        (HEADER_OFFSET, b"%d" % raw.offset),
    ]
    return {
        "topic": dead_letter_topic(tp.topic),
        "value": raw.value,
        "key": raw.key,
        "headers": [*raw.headers, *headers],
    }


def _without_bytes(letter: _Letter) -> _Letter:
    """What is left of one that its topic does not take: where it came from, and why."""
    told = {HEADER_DETAIL: b"its %d bytes are more than this topic takes" % len(letter["value"] or b"")}
    own = letter["headers"][-OWN_HEADERS:]
    return {**letter, "value": None, "key": b"", "headers": [(name, told.get(name, text)) for name, text in own]}


async def _sent(producer: AIOKafkaProducer, letter: _Letter) -> Awaitable[object]:
    """The answer to come; one that is too large for this side already has come."""
    try:
        future: Awaitable[object] = await producer.send(**letter)
    except MessageSizeTooLargeError as error:
        failed: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        failed.set_exception(error)
        return failed
    return future
