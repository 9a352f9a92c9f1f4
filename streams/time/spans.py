"""Which pieces of time a window takes in.

    calendar month, at a moment of the 17th      1 ......... 17 | ......... 30
                                                 [---- running ]              )  start, end: the whole period
    the same part of the month before            1 ......... 17 |
    rolling 28 days                              the running day and the 27 before it

Exact at the ends of pieces: what lies later in the running piece is in its cell already.
"""

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas.definition import model
from schemas.definition.model import Unit
from streams.time.calendar import Calendar
from streams.time.grains import DAY

LONGEST_DAYS: Final = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.QUARTER: 92, Unit.YEAR: 366}


class Span(NamedTuple):
    """Pieces ``first`` to ``last``, both included (first None: from the beginning), and the instants [start, end)
    they stand for.

    ``end_ms`` is when the window's period is over: past it nothing but late events can change the number.  ``whole``
    where the pieces reach that far: of a period that runs, or is read at a moment inside it, they do not.
    """

    first: int | None
    last: int
    start_ms: int | None
    end_ms: int
    whole: bool = True


def running(calendar: Calendar, window: model.Window, at_ms: int) -> Span:
    """The window's span read at this moment."""
    match window:
        case model.Calendar(unit):
            today = calendar.day(at_ms)
            period = calendar.period(unit, today)
            return _period(calendar, unit, period, last=today)
        case model.RollingDays(days):
            return _days(calendar, calendar.day(at_ms), days)
        case model.RollingSpan(span_ms, grain_ms):
            return _buckets(at_ms // grain_ms, span_ms, grain_ms)
        case model.Lifetime():
            today = calendar.day(at_ms)
            return Span(None, today, None, calendar.start(today + 1))


def last_complete(calendar: Calendar, window: model.Window, at_ms: int) -> Span | None:
    """The latest span of the window that had ended by this moment; None for a lifetime, which never ends."""
    match window:
        case model.Calendar(unit):
            period = calendar.period(unit, calendar.day(at_ms)) - 1
            return _period(calendar, unit, period, last=calendar.first_day(unit, period + 1) - 1)
        case model.RollingDays(days):
            return _days(calendar, calendar.day(at_ms) - 1, days)
        case model.RollingSpan(span_ms, grain_ms):
            return _buckets(at_ms // grain_ms - 1, span_ms, grain_ms)
        case model.Lifetime():
            return None


def before(calendar: Calendar, window: model.Window, span: Span) -> Span | None:
    """The complete span that comes before a complete one: the window a day earlier, or what ends where it begins.

    By numbers and not by moments: a day that the zone left out has none of its own.  None for a lifetime.
    """
    match window:
        case model.RollingDays(days):
            return _days(calendar, span.last - 1, days)
        case model.Lifetime():
            return None
        case _:
            return earlier(calendar, window, span, 1, over=True)


def earlier(calendar: Calendar, window: model.Window, span: Span, periods: int, *, over: bool) -> Span:
    """The span so many calendar periods, or lengths of the window, before this one; ValueError of a lifetime.

    Of a calendar period: all of it where this one is ``over``, else as many of its days as this span has, at most all.
    Its ``end_ms`` is where its pieces end.
    """
    match window:
        case model.Calendar(unit) if span.first is not None:
            period = calendar.period(unit, span.first) - periods
            first, last = calendar.first_day(unit, period), calendar.first_day(unit, period + 1) - 1
            if not over:
                last = min(last, first + span.last - span.first)
            return Span(first, last, calendar.start(first), calendar.start(last + 1))
        case model.RollingDays(days):
            return _days(calendar, span.last - periods * days, days)
        case model.RollingSpan(span_ms, grain_ms):
            return _buckets(span.last - periods * (span_ms // grain_ms), span_ms, grain_ms)
        case _:
            raise ValueError("a lifetime has nothing before it")


def _period(calendar: Calendar, unit: model.Unit, period: int, *, last: int) -> Span:
    first, after = calendar.first_day(unit, period), calendar.first_day(unit, period + 1)
    return Span(first, last, calendar.start(first), calendar.start(after), whole=last + 1 == after)


def _days(calendar: Calendar, last: int, days: int) -> Span:
    first = last - days + 1
    return Span(first, last, calendar.start(first), calendar.start(last + 1))


def _buckets(last: int, span_ms: int, grain_ms: int) -> Span:
    first = last - span_ms // grain_ms + 1
    return Span(first, last, first * grain_ms, (last + 1) * grain_ms)


def longest_of(windows: Iterable[model.Window]) -> model.Window:
    """Of several as long the first."""
    return max(windows, key=_longest_ms)


def _longest_ms(window: model.Window) -> float:
    match window:
        case model.Calendar(unit):
            return DAY * LONGEST_DAYS[unit]
        case model.RollingDays(days):
            return DAY * days
        case model.RollingSpan(span_ms):
            return span_ms
        case model.Lifetime():
            return math.inf
