"""How far a value has come on its way, and whether it keeps to it.

    ahead        better than the path by more than a twentieth of the whole way
    on_course    within that of the path
    behind       worse than the path by more than that; once the way's last day is over, short of the target at all

A twentieth, because a path is a straight line and no number is: whoever is called behind should be so tomorrow too.
At the end there is nothing left to make up, so that nothing is forgiven.
"""

from fractions import Fraction
from typing import Final, Literal

from streams.steering.comparable import Comparable
from streams.steering.way import Way

Course = Literal["ahead", "on_course", "behind"]
COURSES: Final[tuple[Course, ...]] = ("ahead", "on_course", "behind")
TOLERANCE: Final = Fraction(1, 20)
"""Of the whole way from base to target (of the target where there is no way), on either side of the path."""


def progress(way: Way, value: Fraction) -> Fraction | None:
    """The part of the way from base to target that is done, 0 to 1; None where no base is known."""
    if way.base is None:
        return None
    if way.base == way.target:
        return Fraction(way.reached(value))
    return min(Fraction(1), max(Fraction(0), (value - way.base) / (way.target - way.base)))


def course(way: Way, known: Comparable) -> Course | None:
    """On the day that the value speaks of; None where the path says nothing of it."""
    path = way.at(known.day)
    if path is None:
        return None
    gained, tolerance = way.gained(known.value, path), tolerated(way)
    if gained > tolerance:
        return "ahead"
    over = way.by is not None and (known.day >= way.by if known.ended else known.day > way.by)
    return "behind" if gained < (0 if over else -tolerance) else "on_course"


def tolerated(way: Way) -> Fraction:
    """How far from its path a value may be and still keep to it."""
    whole = abs(way.target - way.base) if way.base is not None else Fraction(0)
    return TOLERANCE * (whole or abs(way.target))
