"""Many events, as fast as Kafka takes them or at a pace of one's own.

The library says no when its buffer is full; here we wait instead, for whoever reads a file has nothing else to do.
"""

import logging
import time
from collections.abc import Callable, Iterable

import msgspec

from schemas.errors import BufferFull
from schemas.events.publishing import Message
from services.publisher.lines import BadLine, Faults, WireForm, read_lines
from services.publisher.publisher import Publisher

TOLD_EVERY = 1_000
PATIENCE_SECONDS = 5.0
FLUSH_SECONDS = 150.0  # longer than an event may take, so that what is left has failed

log = logging.getLogger(__name__)


class Published(msgspec.Struct, frozen=True):
    """``count`` events are in Kafka, ``keyless`` of them without a key; ``bad`` lines were no events."""

    count: int
    seconds: float
    keyless: int
    bad: int = 0
    first_bad: tuple[BadLine, ...] = ()


def publish_lines(
    lines: Iterable[bytes],
    publisher: Publisher,
    rate: float | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Published:
    """Send lines that are in the source's wire form, and wait until Kafka has them.

    ``progress`` is told the number sent so far.  Raises NotAcknowledged where an event failed.
    """
    faults = Faults()
    published = send_all(read_lines(lines, WireForm(publisher.source), faults), publisher, rate, progress)
    return msgspec.structs.replace(published, bad=faults.count, first_bad=tuple(faults.first))


def send_all(
    messages: Iterable[Message],
    publisher: Publisher,
    rate: float | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Published:
    """As ``publish_lines``, for messages."""
    began = time.monotonic()
    count = keyless = 0
    failed_before = publisher.failed
    for message in messages:
        if rate is not None:
            _keep_pace(began + count / rate)
        _send(message, publisher)
        count += 1
        keyless += message.key is None
        if count % TOLD_EVERY == 0 or rate is not None:
            progress(count)
        if publisher.failed > failed_before:
            break
    publisher.flush(FLUSH_SECONDS)
    progress(count)
    return Published(count, time.monotonic() - began, keyless)


def _send(message: Message, publisher: Publisher) -> None:
    while True:
        try:
            publisher.send(message)
        except BufferFull:
            if not publisher.wait_for_room(PATIENCE_SECONDS):
                log.warning("waiting for Kafka to acknowledge events")
        else:
            return


def _keep_pace(due: float) -> None:
    ahead = due - time.monotonic()
    if ahead > 0:
        time.sleep(ahead)
