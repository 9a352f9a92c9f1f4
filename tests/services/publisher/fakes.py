"""Kafka as the publisher sees it, where the test says what is acknowledged and what fails."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from kafka.errors import KafkaTimeoutError
from kafka.future import Future

from schemas.definition.loading import parse
from schemas.definition.model import FlatFormat, Source
from services.publisher.producer import PublisherLimits
from services.publisher.publisher import Publisher
from streams.plan import compile_plan

DEFINITION = """
company: Shop
time_zone: UTC
events: {topic: orders, keyed_by: user_id, format: {time: ts}}
dimensions: {city: {property: city}}
measures:
  orders:  {count: order_completed, by_dimension: [city]}
  revenue: {sum: order_completed.amount, unit: EUR}
  refunds: {sum: order_refunded.price, unit: EUR}
  unread:  {count: order_seen}
metrics:
  orders:  {measure: orders, window: lifetime}
  revenue: {measure: revenue, window: lifetime}
  refunds: {measure: refunds, window: lifetime}
north_star: {metric: orders}
"""
PLAN = compile_plan(parse(DEFINITION)).sources["orders"]
SOURCE = Source(name="orders", topic="orders", keyed_by="user_id", format=FlatFormat(time="ts"))


class Sent(NamedTuple):
    topic: str
    value: bytes
    key: bytes | None
    headers: list[tuple[str, bytes]]
    partition: int | None


class FakeProducer:
    """Holds what was sent until told otherwise; ``refusal`` is raised in place of taking a message."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.closed = False
        self.refusal: Exception | None = None
        self.acknowledges = False
        self._open: list[Future] = []
        self._lock = threading.Lock()

    def send(
        self, topic: str, value: bytes, key: bytes | None, headers: list[tuple[str, bytes]], partition: int | None
    ) -> Future:
        if self.refusal is not None:
            raise self.refusal
        self.sent.append(Sent(topic, value, key, headers, partition))
        future = Future()
        with self._lock:
            self._open.append(future)
        if self.acknowledges:
            self.acknowledge()
        return future

    def acknowledge(self, count: int | None = None) -> None:
        for future in self._take(count):
            future.success(None)

    def fail(self, count: int, reason: str = "expired") -> None:
        for future in self._take(count):
            future.failure(KafkaTimeoutError(reason))

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        """Everything sent is acknowledged a little later, by another thread."""
        ended = threading.Event()

        def acknowledge() -> None:
            while not ended.wait(0.005):
                self.acknowledge()

        thread = threading.Thread(target=acknowledge)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def partitions_for(self, topic: str) -> set[int]:
        if topic != SOURCE.topic:
            raise KafkaTimeoutError("no such topic")
        return {0, 1, 2, 3}

    def close(self, timeout: float) -> None:
        self.closed = timeout >= 0

    def _take(self, count: int | None) -> list[Future]:
        with self._lock:
            taken = self._open[:count]
            del self._open[:count]
        return taken


def publisher_over(producer: FakeProducer, limits: PublisherLimits | None = None, source: Source = SOURCE) -> Publisher:
    return Publisher("kafka:9092", source, limits or PublisherLimits(), connect=lambda _kafka, _limits: producer)
