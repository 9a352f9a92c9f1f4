"""Position, floor, clock, watermark and what is reached as Redis has them."""

from collections.abc import Sequence

import msgspec

from streams.state.port import NEVER, Reached, Standing

FIELDS = ("position", "floor", "clock", "watermark", "reached")

_reached = msgspec.json.Decoder(tuple[Reached, ...]).decode


def standing_of(fields: Sequence[bytes | None]) -> Standing | None:
    """None where no position is, or one that says that the partition is retired."""
    position, *times, reached = fields
    if position is None or not position.isdigit():
        return None
    floor, clock, watermark = (NEVER if time is None else int(time) for time in times)
    told = _reached(reached) if reached else ()
    return Standing(position=int(position), floor=floor, clock=clock, watermark=watermark, reached=told)
