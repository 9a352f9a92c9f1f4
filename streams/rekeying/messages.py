"""What one source partition tells one internal partition of one batch, as bytes.

The messages of a source partition cover its offsets without a hole, with rows or without:

    [first      next)[first   next)[first            next)
            before = next of the one before, None where there was none

A batch that would be too large goes in pieces, which are messages like any other; only the last of them bears the floor
after the batch, since the rows of the later pieces were judged by the one before it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np

from schemas.errors import LogError
from streams.events.admission import Admitted
from streams.events.columns import Column
from streams.rekeying.routing import Router
from streams.rekeying.rows import Rows
from streams.restating.behind import Behind
from streams.state.port import NEVER, Standing

FORMAT = 1
PIECE_BYTES = 512 * 1024
"""Above it a message of several rows is cut."""
_BIG = 1  # the extension that holds the decimal text of an integer which MessagePack cannot


class Message(msgspec.Struct, frozen=True, array_like=True):
    """Offsets ``first`` up to ``next`` of one of ``partitions`` of a topic, and where its fold stands after them.

    ``behind`` are the rows, by number, that came late for a day or a bucket, and the latest time that their partition
    had counted before each; None of a message of an older worker, which did not say.
    """

    format: int
    topic: str
    partition: int
    partitions: int
    first: int
    next: int
    before: int | None
    floor: int
    watermark: int
    rows: Rows | None
    behind: tuple[list[int], list[int]] | None = None


class Origin(NamedTuple):
    """The source partition that a message comes from, and how many there are."""

    topic: str
    partition: int
    partitions: int


def decoded(value: bytes | None) -> Message:
    """Raises LogError: whatever else stands in an internal topic was not put there by us."""
    try:
        message = _decode(value or b"")
    except msgspec.MsgspecError as error:
        raise LogError(f"what stands in an internal topic is no message of ours: {error}") from None
    if message.format != FORMAT:
        raise LogError(f"a message of an internal topic is in format {message.format}, not {FORMAT}")
    return message


class Letters:
    """Writes the messages of one batch to one stage."""

    def __init__(self, router: Router, origin: Origin) -> None:
        self._router, self._origin = router, origin

    def of(
        self, admitted: Admitted, offsets: Column, before: Standing, to: tuple[int, Column], late: Behind | None
    ) -> Iterator[bytes]:
        """``offsets`` are those of the batch's events; ``to`` is an internal partition and the places of its rows;
        ``late`` are the events that came late.
        """
        partition, places = to
        first, end = before.position, admitted.standing.position
        pieces = [(first, end, places)]
        while pieces:
            begin, end, places = pieces.pop()
            rows = self._router.take(admitted.batch, offsets, places, partition) if len(places) else None
            last = admitted.standing if end == admitted.standing.position else before
            name = begin if begin > first or before.clock != NEVER else None
            letter = _encoded(
                Message(
                    FORMAT, *self._origin, begin, end, name, last.floor, last.watermark, rows, _behind(places, late)
                ),
            )
            if len(letter) <= PIECE_BYTES or len(places) <= 1:
                yield letter
                continue
            half = len(places) // 2
            middle = int(offsets[places[half]])
            pieces += [(middle, end, places[half:]), (begin, middle, places[:half])]


def offsets_of(admitted: Admitted, offsets: list[int]) -> Column:
    """The offset of each event of the batch."""
    return np.array(offsets, np.int64)[admitted.places()]


def _behind(places: Column, late: Behind | None) -> tuple[list[int], list[int]]:
    if late is None:
        return [], []
    rows = np.flatnonzero(np.isin(places, late.places))
    return rows.tolist(), late.before[np.searchsorted(late.places, places[rows])].tolist()


def _extension(code: int, data: memoryview) -> Any:
    if code != _BIG:
        raise msgspec.ValidationError(f"unknown extension {code}")
    return int(bytes(data))


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Message, ext_hook=_extension).decode


def _encoded(message: Message) -> bytes:
    try:
        return _encode(message)
    except OverflowError:  # some integer of an event is larger than 64 bits
        if message.rows is None:
            raise
        columns = _without_big(message.rows.columns)
        return _encode(msgspec.structs.replace(message, rows=msgspec.structs.replace(message.rows, columns=columns)))


def _without_big(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_big(one) for name, one in value.items()}
        case list():
            return [_without_big(one) for one in value]
        case int() if not -(2**63) <= value < 2**63:
            return msgspec.msgpack.Ext(_BIG, b"%d" % value)
    return value
