"""The publisher: takes events at once, sends them in the background, never forgets one in silence.

    publish ──▶ [ held: counted, bounded ] ──acknowledged──▶ gone
                          └──────── failed ──▶ counted, the first few kept, raised by the next flush or close

Order holds within a key.  Kafka drops what this publisher itself sends again; across publishers and restarts an event
sent twice is told by its id, if it goes to the same partition: same key, or same id where there is no key.
"""

import threading
import time
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from kafka.errors import KafkaError, KafkaTimeoutError

from schemas.definition.model import Source
from schemas.errors import BufferFull, NotAcknowledged, PublishError
from schemas.events.publishing import ORIGIN, Event, Message, encode
from services.publisher.partitions import spread
from services.publisher.producer import Connect, Producer, PublisherLimits, abandon, connect

DEFAULT_LIMITS = PublisherLimits()
WORTH_WAKING = 0.75  # of the buffer: whoever waits for room is not woken for every single event


class Failure(NamedTuple):
    """A message that Kafka did not acknowledge; it may be in the log even so: send it again with the same id."""

    message: Message
    reason: str


class Publisher:
    """Sends the events of one source.  Safe to share between threads; not across a fork."""

    def __init__(
        self,
        kafka: str,
        source: Source,
        limits: PublisherLimits = DEFAULT_LIMITS,
        origin: str = ORIGIN,
        connect: Connect = connect,
    ) -> None:
        """Raises PublishError where Kafka does not answer, or has no such topic."""
        self.source = source
        self._limits = limits
        self._origin = origin
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._held_events = 0
        self._held_bytes = 0
        self._acknowledged = 0
        self._failed = 0
        self._failed_unsaid = 0
        self._failures: list[Failure] = []
        self._closed = False
        self._waiting = 0
        self._producer: Producer = connect(kafka, limits)
        self.partitions = self._count_partitions(kafka)

    @property
    def held(self) -> int:
        """Events taken and neither acknowledged nor failed."""
        return self._held_events

    @property
    def acknowledged(self) -> int:
        """Events that are in Kafka, on every replica in sync."""
        return self._acknowledged

    @property
    def failed(self) -> int:
        """Events that Kafka did not acknowledge in time, or refused."""
        return self._failed

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The first of those that the latest NotAcknowledged told, or the next one will."""
        with self._changed:
            return tuple(self._failures)

    def publish(self, event: Event) -> None:
        """Take an event.  Returns at once, and at the latest after ``block_ms``.

        Raises BufferFull where as much is held as may be, PublishError where the event cannot be sent at all; in both
        cases it was not taken.
        """
        self.send(encode(event, self.source, self._origin))

    def send(self, message: Message) -> None:
        """As ``publish``, for what already is in its wire form."""
        size = _size(message)
        self._reserve(size)
        try:
            future = self._producer.send(
                self.source.topic,
                value=message.value,
                key=message.key,
                headers=list(message.headers),
                partition=None if message.key is not None else self._spread(message.id),
            )
        except BaseException as error:
            self._release(size)
            if isinstance(error, KafkaError | ValueError):
                raise PublishError(f"event {message.id} was not taken: {error}") from error
            raise
        future.add_callback(partial(self._on_acknowledged, size))
        future.add_errback(self._on_failed, message)

    def wait_for_room(self, timeout: float) -> bool:
        """Wait until a good part of the buffer is free; False where that took longer than ``timeout`` seconds."""
        with self._changed:
            self._waiting += 1
            try:
                return self._changed.wait_for(lambda: self._has_room(WORTH_WAKING), timeout)
            finally:
                self._waiting -= 1

    def flush(self, timeout: float) -> None:
        """Wait until nothing is held.

        Raises NotAcknowledged where something still is after ``timeout`` seconds (it goes on being sent), or where
        events failed since the last flush.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._held_events == 0, timeout)
            self._raise_unacknowledged(f"within {timeout:g} s, and are still being sent")

    def close(self) -> None:
        """Flush for at most ``close_ms``, then end; what is still held then has failed.  Closing again does nothing."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            patience = self._limits.close_ms / 1000
            done = self._changed.wait_for(lambda: self._held_events == 0, patience)
        if done:
            self._producer.close(patience)
        else:
            abandon(self._producer)
        with self._changed:
            self._raise_unacknowledged("before the publisher closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.close()
        except NotAcknowledged as lost:
            if error is None:
                raise
            error.add_note(str(lost))

    def _count_partitions(self, kafka: str) -> int:
        deadline = time.monotonic() + self._limits.connect_ms / 1000
        while True:
            try:
                return len(self._producer.partitions_for(self.source.topic))
            except KafkaError as error:
                if isinstance(error, KafkaTimeoutError) and time.monotonic() < deadline:
                    continue
                abandon(self._producer)
                raise PublishError(f"Kafka at {kafka} has no topic {self.source.topic}: {error}") from error

    def _spread(self, id: str) -> int:  # noqa: A002  (an event's id)
        """The partition of an event without key: by its id, so that the same event sent again meets its first."""
        partitions = sorted(self._producer.partitions_for(self.source.topic))
        return partitions[spread(id.encode(), len(partitions))]

    def _has_room(self, part: float = 1.0) -> bool:
        return self._held_events < part * self._limits.events and self._held_bytes < part * self._limits.bytes

    def _reserve(self, size: int) -> None:
        with self._lock:
            if self._closed:
                raise PublishError("the publisher is closed")
            if not self._has_room():
                raise BufferFull(
                    f"{self._held_events:,} events of {self._held_bytes:,} bytes wait for Kafka's acknowledgement"
                )
            self._held_events += 1
            self._held_bytes += size

    def _release(self, size: int) -> None:
        with self._lock:
            self._let_go(size)

    def _let_go(self, size: int) -> None:
        self._held_events -= 1
        self._held_bytes -= size
        if not self._held_events or (self._waiting and self._has_room(WORTH_WAKING)):
            self._changed.notify_all()

    def _on_acknowledged(self, size: int, _: object) -> None:
        with self._lock:
            self._acknowledged += 1
            self._let_go(size)

    def _on_failed(self, message: Message, error: BaseException) -> None:
        with self._lock:
            self._failed += 1
            if not self._failed_unsaid:
                self._failures.clear()
            self._failed_unsaid += 1
            if len(self._failures) < self._limits.kept_failures:
                self._failures.append(Failure(message, str(error)))
            self._let_go(_size(message))

    def _raise_unacknowledged(self, when: str) -> None:
        said: list[str] = []
        if self._held_events:
            said.append(f"{_were(self._held_events)} not acknowledged by Kafka {when}")
        if self._failed_unsaid:
            first = "".join(f"; first event {message.id}: {reason}" for message, reason in self._failures[:1])
            said.append(f"{_were(self._failed_unsaid)} not acknowledged by Kafka{first}")
            self._failed_unsaid = 0
        if said:
            raise NotAcknowledged(". ".join(said))


def _were(count: int) -> str:
    return "1 event was" if count == 1 else f"{count:,} events were"


def _size(message: Message) -> int:
    headers = sum(len(name) + len(value) for name, value in message.headers)
    return len(message.key or b"") + len(message.value) + headers
