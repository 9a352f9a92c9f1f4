"""What the past is made of, and the moments at which it is read and told.

by days        read at the end of each local day      told at every step of that day: it is known to the day only
by minutes     read at every step                     told there
"""

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

import msgspec

from schemas.definition.model import RollingSpan, Window
from streams.time.calendar import Calendar
from streams.time.grains import DAY, HOUR

NEAR_MS: Final = 42 * DAY
"""Alert rules and most panels look no further back."""
FAR: Final = 6
"""How much longer steps are beyond that, unless a step was asked for."""


class Point(NamedTuple):
    """A metric at the last instant of a piece of time; the window's period is [start, end)."""

    at_ms: int
    value: float | None
    numerator: float | None
    denominator: float | None
    start_ms: int | None
    end_ms: int


class Reach(msgspec.Struct, frozen=True):
    """From which moment to which; ``step_ms`` divides a day, and far back only every ``far``-th step is told."""

    begin_ms: int
    end_ms: int
    step_ms: int = HOUR
    far: int = FAR


class Past(Protocol):
    """Where a metric's past is read: a service that runs, or a file of events."""

    def points(self, metric: str, window: Window, reach: Reach) -> list[Point]:
        """In order: at the end of every local day, of windows of minutes and hours at every step."""


def told_at(calendar: Calendar, window: Window, point: Point, reach: Reach) -> Iterator[int]:
    """The moments, in milliseconds, at which a point's values stand."""
    if isinstance(window, RollingSpan):
        moments: range | tuple[int, ...] = (point.at_ms + 1,)
    else:
        day = calendar.day(point.at_ms)
        first = -(-calendar.start(day) // reach.step_ms) * reach.step_ms
        moments = range(first, calendar.start(day + 1), reach.step_ms)
    return (t for t in moments if reach.begin_ms <= t <= reach.end_ms and is_told(t, reach))


def marks(reach: Reach) -> range:
    """Every step from the first to the last."""
    return range(-(-reach.begin_ms // reach.step_ms) * reach.step_ms, reach.end_ms + 1, reach.step_ms)


def is_told(t: int, reach: Reach) -> bool:
    """Whether this step is one at which values are told: far back only some are."""
    return reach.end_ms - t < NEAR_MS or t % (reach.step_ms * reach.far) == 0
