"""Refused events go to the dead-letter topic of their source: the bytes as they came, the reason in the headers.

They are acknowledged before the batch is committed, so none is lost; after a crash some may stand there twice, told
by topic, partition and offset.
"""

import asyncio

from aiokafka import AIOKafkaProducer
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


class DeadLetterTopics:
    """A producer that is made when it is first needed, on the loop that needs it."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def send(self, tp: TP, raws: list[Raw], refused: list[Refused]) -> None:
        """Returns once every one of them is acknowledged; raises KafkaError where one is not."""
        producer = await self._started()
        sent = [
            await producer.send(
                dead_letter_topic(tp.topic),
                value=raws[one.index].value,
                key=raws[one.index].key,
                headers=[*raws[one.index].headers, *_headers(tp, raws[one.index], one)],
            )
            for one in refused
        ]
        await asyncio.gather(*sent)

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
                    enable_idempotence=True,
                    linger_ms=5,
                    max_request_size=MAX_BYTES,
                )
                await producer.start()
                self._producer = producer
            return self._producer


def _headers(tp: TP, raw: Raw, refused: Refused) -> list[tuple[str, bytes]]:
    return [
        (HEADER_REASON, refused.reason.encode()),
        (HEADER_DETAIL, refused.detail.encode()),
        (HEADER_TOPIC, tp.topic.encode()),
        (HEADER_PARTITION, b"%d" % tp.partition),
        (HEADER_OFFSET, b"%d" % raw.offset),
    ]
