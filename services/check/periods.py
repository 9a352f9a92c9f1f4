"""The complete periods of a window that a file holds, side by side, and what each is compared with.

    first event                                last event
         |                                          |
      [..|...)[......)[......)[......)[......)[.....|.)
         no     each complete, none overlapping       no

Calendar periods are the calendar's; rolling windows are laid back from the last complete day or bucket.  The file is
taken to begin with the local day of its first event (a window under a day: with its bucket).
"""

from collections.abc import Callable
from typing import NamedTuple

from schemas.definition import model
from schemas.definition.model import Unit
from streams.time.calendar import Calendar
from streams.time.grains import DAY

WEEK = 7
MOST = 1000
"""The latest so many; a year of hours has 8,760."""


class Period(NamedTuple):
    """The last instant of a period, and of the one it is compared with; None where the file does not reach so far."""

    at_ms: int
    before_ms: int | None


class _Pieces(NamedTuple):
    """The file in numbered pieces, both ends included; how many make a period, how far back it is compared."""

    first: int
    last: int
    length: int
    back: int
    start: Callable[[int], int]


def complete_periods(calendar: Calendar, window: model.Window, extent: tuple[int, int]) -> list[Period]:
    """In order; ``extent`` is the time of the first and of the last event.  A lifetime has none."""
    pieces = _pieces(calendar, window, extent)
    if pieces is None:
        return []
    lasts = range(pieces.last, pieces.first + pieces.length - 2, -pieces.length)[:MOST]
    return [_period(pieces, last) for last in reversed(lasts)]


def _period(pieces: _Pieces, last: int) -> Period:
    begins = last - pieces.length + 1
    before = last - pieces.back if begins - pieces.back >= pieces.first else None
    return Period(pieces.start(last + 1) - 1, None if before is None else pieces.start(before + 1) - 1)


def _pieces(calendar: Calendar, window: model.Window, extent: tuple[int, int]) -> _Pieces | None:
    """What is shorter than a week is compared with the week before, so that no day stands against a Sunday."""
    first_ms, last_ms = extent
    today, first_day = calendar.day(last_ms), calendar.day(first_ms)
    match window:
        case model.Calendar(unit):
            first = calendar.period(unit, first_day)
            first += calendar.first_day(unit, first) < first_day
            back = WEEK if unit is Unit.DAY else 1
            return _Pieces(
                first,
                calendar.period(unit, today) - 1,
                1,
                back,
                lambda period: calendar.start(calendar.first_day(unit, period)),
            )
        case model.RollingDays(days):
            return _Pieces(first_day, today - 1, days, max(days, WEEK), calendar.start)
        case model.RollingSpan(span_ms, grain_ms):
            first, last = first_ms // grain_ms, last_ms // grain_ms - 1
            return _Pieces(first, last, span_ms // grain_ms, WEEK * DAY // grain_ms, lambda bucket: bucket * grain_ms)
        case model.Lifetime():
            return None
