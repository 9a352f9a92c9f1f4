"""How much room a guardrail's metric has left."""

from fractions import Fraction
from typing import Literal

from schemas.definition.steering import exact
from streams.values import LARGEST


def headroom(bound: Literal["min", "max"], limit: float, value: Fraction) -> Fraction | None:
    """The room left as a part of the limit, of a limit of 0 the room itself; below 0 the guardrail is broken.

    None where that is more than a float could show.
    """
    at = exact(limit)
    room = at - value if bound == "max" else value - at
    left = room / abs(at) if at else room
    return left if abs(left) < LARGEST else None
