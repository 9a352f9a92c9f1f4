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
from streams.worker.late_producer import LateProducer

OWN_HEADERS = 5


class DeadLetterTopics(LateProducer):
    """Those of all sources."""

    def __init__(self, kafka: str) -> None:
        super().__init__(kafka, linger_ms=5)

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
