"""What a plan needs of the events of one source, and what is said of those that are refused."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, Protocol

import msgspec

from schemas.definition.model import Format


class Raw(Protocol):
    """One record as the broker has it; ``timestamp`` is its append time in milliseconds, or the producer's where the
    topic keeps that.
    """

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class RawRecord(NamedTuple):
    """One that does not come from a client of Kafka."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class EventNeeds(msgspec.Struct, frozen=True, kw_only=True):
    """The properties that the measures of one event type use, by name as the definition has it (dotted).

    ``entities`` are text or whole numbers; ``amounts`` map to their decimals; ``scalars`` (dimensions, conditions)
    are text, numbers or booleans.
    """

    entities: frozenset[str] = frozenset()
    amounts: dict[str, int] = {}
    scalars: frozenset[str] = frozenset()


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What one source's events are decoded into: ``by_type`` for types that measures name, ``every`` for all events."""

    format: Format
    every: EventNeeds = EventNeeds()
    by_type: dict[str, EventNeeds] = {}


Reason = Literal[
    "bad_bytes",  # no UTF-8
    "bad_json",  # no JSON
    "no_object",  # JSON, but no object
    "empty",  # no value: a tombstone
    "no_id",
    "no_type",
    "no_time",
    "bad_time",  # no time, or one without offset
    "absurd_time",  # before 1970
    "wrong_type",  # an id, type, or needed property of the wrong type
    "bad_number",  # not finite, or beyond 2^53 - 1 in units of its decimals
    "bad_envelope",  # a CloudEvent of another version or without what CloudEvents require
    "ahead",  # too far ahead of the append time
    "late",  # below the floor
]

BIGGEST: Final = 2**53 - 1
"""The largest absolute value of an amount, in units of its decimals."""


class Refused(msgspec.Struct, frozen=True):
    """An event that goes to the dead-letter topic; ``index`` is its place in the batch, ``detail`` for people."""

    index: int
    reason: Reason
    detail: str
