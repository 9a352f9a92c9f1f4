"""How far each partition's log reaches, asked of Kafka again and again."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError

from schemas.errors import in_words
from services.exporter.freshness import End, Ends
from services.no_answer import no_answer
from services.stopping import stop
from streams.state.port import Partition

log = logging.getLogger(__name__)

EVERY_S = 1.0
ANSWER_S = 3.0
"""How long Kafka may take; then the last answers simply age."""


class LogEnds(Protocol):
    """What the readings need to know of the log."""

    @property
    def known(self) -> Ends:
        """The latest answer for each partition, however old."""

    def follow(self, partitions: Collection[Partition]) -> None:
        """Which partitions are asked for from now on."""


class KafkaLogEnds:
    """Asks about once a second, through a consumer that belongs to no group and fetches nothing."""

    def __init__(self, kafka: str, now_ms: Callable[[], int]) -> None:
        self._kafka, self._now_ms = kafka, now_ms
        self._partitions: list[TopicPartition] = []
        self._known: dict[tuple[str, int], End] = {}
        self._said = ""

    @property
    def known(self) -> Mapping[tuple[str, int], End]:
        return self._known

    def follow(self, partitions: Collection[Partition]) -> None:
        self._partitions = [TopicPartition(one.topic, one.number) for one in partitions]

    async def run(self) -> None:
        """Until it is cancelled; Kafka may come, go and come back."""
        while True:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._kafka, enable_auto_commit=False, request_timeout_ms=int(ANSWER_S * 1000)
            )
            try:
                await consumer.start()
                await self._ask_again_and_again(consumer)
            except KafkaConnectionError:
                self._say(f"no ends of logs: {no_answer('kafka', self._kafka)}")
            except (KafkaError, OSError) as fault:
                self._say(f"no ends of logs: {in_words(fault)}")
            finally:
                await stop(consumer)
            await asyncio.sleep(EVERY_S)

    async def _ask_again_and_again(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            if self._partitions:
                asked_ms = self._now_ms()
                try:
                    async with asyncio.timeout(ANSWER_S):
                        ends = await consumer.end_offsets(self._partitions)
                except TimeoutError:
                    self._say("no ends of logs: Kafka does not answer")
                else:
                    self._known = {(tp.topic, tp.partition): End(offset, asked_ms) for tp, offset in ends.items()}
                    self._say("")
            await asyncio.sleep(EVERY_S)

    def _say(self, words: str) -> None:
        """Once, not every second."""
        if words and words != self._said:
            log.warning("%s", words)
        self._said = words
