"""A producer of the worker's own, beside Faust's: made when it is first needed, on the loop that needs it."""

import asyncio
from typing import Any, Final

from aiokafka import AIOKafkaProducer

MAX_BYTES: Final = 20 * 1024 * 1024
"""Of one message, on this side: what a topic takes is for the topic to say."""


class LateProducer:
    """All that is sent is acknowledged by all replicas that are in step; ``settings`` are AIOKafkaProducer's."""

    def __init__(self, kafka: str, **settings: Any) -> None:
        self._kafka, self._settings = kafka, settings
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

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
                    bootstrap_servers=self._kafka, acks="all", max_request_size=MAX_BYTES, **self._settings
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()  # else it would be told of as left open, once an attempt
                    raise
                self._producer = producer
            return self._producer
