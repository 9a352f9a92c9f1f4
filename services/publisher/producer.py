"""The port to Kafka, and kafka-python behind it.

What kafka-python 3.0.12 does and does not do, read in its source:

- its buffer has no bound (``buffer_memory`` is gone), so ours is counted in ``publisher.py``;
- ``send`` blocks only while it does not know the topic, for at most ``max_block_ms``;
- ``flush(timeout)`` waits that long for each batch, not for all, so we wait on our own count;
- idempotence holds within one producer; a batch older than ``delivery_timeout_ms`` fails, and may still be in the log;
- ``close`` raises where something is unsent, and leaves its thread running: ``abandon`` ends it.
"""

import contextlib
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from schemas.errors import PublishError
from services.no_answer import no_answer
from services.publisher.sizes import LARGEST


class PublisherLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a publisher holds, and how long it waits.

    ``events`` and ``bytes`` bound what is sent and not yet acknowledged.  ``block_ms`` is the longest that publishing
    may take, reached only where Kafka no longer knows the topic.  An event that is not acknowledged within
    ``delivery_ms`` has failed; at most ``kept_failures`` of those are kept for the caller.
    """

    events: int = 100_000
    bytes: int = 32 * 1024 * 1024
    block_ms: int = 1_000
    linger_ms: int = 20
    delivery_ms: int = 120_000
    connect_ms: int = 10_000
    close_ms: int = 30_000
    kept_failures: int = 100


class Future(Protocol):
    """What becomes of one message; callbacks run on the producer's thread, at once where it is already known."""

    def add_callback(self, f: Callable[[Any], None], /) -> "Future": ...

    def add_errback(self, f: Callable[..., None], /, *args: Any) -> "Future": ...


class Producer(Protocol):
    """Takes messages without waiting for Kafka; keeps the order within a partition."""

    def send(
        self,
        topic: str,
        value: bytes,
        key: bytes | None,
        headers: list[tuple[str, bytes]],
        partition: int | None,
    ) -> Future: ...

    def partitions_for(self, topic: str) -> set[int]: ...

    def close(self, timeout: float) -> None: ...


Connect = Callable[[str, PublisherLimits], Producer]

BATCH_BYTES = 128 * 1024  # of 16 KiB, 64 and 128 the fastest; well below the broker's limit for a batch


def connect(kafka: str, limits: PublisherLimits) -> Producer:
    """An idempotent producer; raises PublishError where no broker answers within ``connect_ms``."""
    try:
        producer: Producer = KafkaProducer(
            bootstrap_servers=[server.strip() for server in kafka.split(",")],
            acks="all",
            enable_idempotence=True,
            batch_size=BATCH_BYTES,
            max_request_size=LARGEST,
            linger_ms=limits.linger_ms,
            max_block_ms=limits.block_ms,
            delivery_timeout_ms=limits.delivery_ms,
            request_timeout_ms=min(30_000, limits.delivery_ms - limits.linger_ms),
            bootstrap_timeout_ms=limits.connect_ms,
            reconnect_backoff_max_ms=1_000,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
    except KafkaError as error:
        raise PublishError(no_answer("kafka", kafka)) from error
    return producer


def abandon(producer: Producer) -> None:
    """End a producer that still holds messages: each fails through its callbacks, none is waited for."""
    sender = getattr(producer, "_sender", None)  # no public way leads there while the broker is away
    if sender is not None:
        sender.force_close()
        sender.join(5)
    with contextlib.suppress(KafkaError):
        producer.close(0)
