"""Whether a value was reached and then held, by the complete periods of the past.

    periods, a week each      o  x  x  o  x  x  x |          x as good as the target, o not
                                                  last complete one
    longest run                           3 weeks
    latest run                            3 weeks, of the 4 that were wanted: three quarters

Periods of a calendar window follow each other; a window of days is read at the end of every day, which then stands for
that day; one of hours or minutes is laid end to end.  Held once is held: a fall afterwards takes nothing away.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice, takewhile
from typing import Final, NamedTuple

import msgspec

from schemas.definition import model
from schemas.definition.steering import Hold, KeyResult
from streams.steering.comparable import Comparable
from streams.steering.course import Course, course, progress
from streams.steering.way import Way
from streams.time.calendar import Calendar
from streams.time.grains import DAY
from streams.time.spans import Span, before, last_complete

MOST_PERIODS: Final = 1_000
"""So far back, and no further, is a key result judged."""


class Period(NamedTuple):
    """A complete one: what the metric came to, how long it stands for, and the last local day that it holds of.

    ``left_ms`` is what comes of that day after it.
    """

    value: Fraction | None
    length_ms: int
    last_day: int
    left_ms: int = 0


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """How long it was as good as the target without a break: at the longest, and up to the end of ``until``.

    ``until`` is the last local day of the last complete period, None before there is any; ``left_ms`` what comes of it
    after that period.
    """

    longest_ms: int = 0
    latest_ms: int = 0
    until: int | None = None
    left_ms: int = 0


def held(way: Way, periods: Iterable[Period]) -> Held:
    """Of periods in the order of time, latest first; one without a value breaks a run."""
    longest = run = left = 0
    latest, until = None, None
    for value, length_ms, last_day, left_ms in periods:
        if until is None:
            until, left = last_day, left_ms
        if value is not None and way.reached(value):
            run += length_ms
            longest = max(longest, run)
            continue
        latest = run if latest is None else latest
        run = 0
    return Held(longest_ms=longest, latest_ms=run if latest is None else latest, until=until, left_ms=left)


def spans_of(calendar: Calendar, window: model.Window, result: KeyResult, read_ms: int) -> list[Span]:
    """The complete spans that a key result is judged by, latest first: those that lie between its two days.

    Where it does not say when it begins, only as many as would have to be held.  ``read_ms`` is the moment up to which
    everything was read.
    """
    end_ms = read_ms if result.by is None else min(read_ms, calendar.start(result.by.toordinal() + 1))
    spans = islice(_before(calendar, window, end_ms), MOST_PERIODS)
    if result.since is not None:
        since = result.since.toordinal()
        return list(takewhile(lambda span: _begins(calendar, window, span) >= since, spans))
    found: list[Span] = []
    wanted = result.aim.days * DAY if isinstance(result.aim, Hold) else 0
    for span in spans:
        if wanted <= 0:
            break
        found.append(span)
        wanted -= length_of(window, span)
    return found


def last_day_of(calendar: Calendar, window: model.Window, span: Span) -> int:
    """The last local day of which a span holds anything."""
    return calendar.day(span.end_ms - 1) if isinstance(window, model.RollingSpan) else span.last


def left_of(calendar: Calendar, window: model.Window, span: Span) -> int:
    """The milliseconds of the last day of a span that come after it."""
    return max(0, calendar.start(last_day_of(calendar, window, span) + 1) - span.end_ms)


def length_of(window: model.Window, span: Span) -> int:
    """In milliseconds, days being of 24 hours; a window of days stands for its last day."""
    match window:
        case model.Calendar():
            return 0 if span.first is None else (span.last - span.first + 1) * DAY
        case model.RollingSpan(span_ms):
            return span_ms
        case _:
            return DAY


def hold_progress(way: Way, aim: Hold, value: Fraction | None, so_far: Held) -> Fraction | None:
    """Half of it is to reach the value, half to hold it; without a base all of it is to hold it.  1 for good once held.

    None while there is no value.
    """
    wanted = aim.days * DAY
    if so_far.longest_ms >= wanted:
        return Fraction(1)
    if value is None:
        return None
    reached, share = progress(way, value), Fraction(so_far.latest_ms, wanted)
    return share if reached is None else (reached + share) / 2


def hold_course(way: Way, result: KeyResult, known: Comparable | None, so_far: Held) -> Course | None:
    """As of any value, but done is done, and behind is also who has too few days left."""
    days = result.aim.days if isinstance(result.aim, Hold) else 0
    due = None if result.by is None else result.by.toordinal()
    if so_far.longest_ms >= days * DAY:
        return "on_course" if due is not None and so_far.until is not None and so_far.until >= due else "ahead"
    if known is None:
        return None
    if due is not None and so_far.until is not None:
        left_ms = so_far.left_ms + (due - so_far.until) * DAY
        if so_far.latest_ms + left_ms < days * DAY:
            return "behind"
    return course(way, known)


def _before(calendar: Calendar, window: model.Window, end_ms: int) -> Iterator[Span]:
    """Complete spans that had ended by this moment, latest first."""
    span = last_complete(calendar, window, end_ms)
    while span is not None:
        yield span
        span = before(calendar, window, span)


def _begins(calendar: Calendar, window: model.Window, span: Span) -> int:
    """The first local day that a span stands for."""
    if isinstance(window, model.Calendar) and span.first is not None:
        return span.first
    if isinstance(window, model.RollingSpan) and span.start_ms is not None:
        return calendar.day(span.start_ms)
    return span.last
