"""How large a message may be, known before anything of a file is sent: one that is larger would end the sending."""

from typing import Final

from kafka.record.default_records import DefaultRecordBatchBuilder

from schemas.events.publishing import Message

LARGEST: Final = 1024 * 1024
"""Bytes, with key, headers and what Kafka puts around them; topics take no more, unless they are told to."""
_SURELY_FITS: Final = LARGEST // 2


def fits(message: Message) -> bool:
    """Whether a producer takes it."""
    if len(message.value) < _SURELY_FITS and len(message.key or b"") < _SURELY_FITS // 2:
        return True
    size: int = DefaultRecordBatchBuilder.estimate_size_in_bytes(message.key, message.value, message.headers)
    return size <= LARGEST


def sized(message: Message) -> Message:
    """The same message; raises ValueError where it is too large."""
    if not fits(message):
        raise ValueError(f"it is larger than Kafka takes: {LARGEST:,} bytes with its key")
    return message
