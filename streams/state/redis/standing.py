"""Position, floor, clock and watermark as Redis has them."""

from collections.abc import Sequence

from streams.state.port import NEVER, Standing


def standing_of(fields: Sequence[bytes | None]) -> Standing | None:
    """None where no position is, or one that says that the partition is retired."""
    position, *times = fields
    if position is None or not position.isdigit():
        return None
    floor, clock, watermark = (NEVER if time is None else int(time) for time in times)
    return Standing(position=int(position), floor=floor, clock=clock, watermark=watermark)
