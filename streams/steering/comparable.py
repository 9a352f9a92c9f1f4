"""The value of a metric that may be held against a path: never that of a period that still runs."""

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from schemas.definition import model
from schemas.definition.model import Definition
from schemas.readings import WHOLE, Reading
from streams.time.calendar import Calendar


class Comparable(msgspec.Struct, frozen=True):
    """A metric's value, and the number of the last local day that it speaks of; ``ended`` where that day is over."""

    value: Fraction
    day: int
    ended: bool = True


def comparables(
    definition: Definition, calendar: Calendar, running: Iterable[Reading], complete: Iterable[Reading], at_ms: int
) -> dict[str, Comparable]:
    """Of each metric over its first window: the last complete period of a calendar window, else the running value.

    ``running`` was read at ``at_ms``.  Metrics without such a value are left out.
    """
    first = {name: one.windows[0] for name, one in definition.metrics.items()}
    found: dict[str, Comparable] = {}
    for readings, calendars in ((complete, True), (running, False)):
        for one in readings:
            window = first[one.metric]
            fits = one.window == window.label and isinstance(window, model.Calendar) == calendars
            if fits and one.dimension == WHOLE and one.value is not None:
                day = calendar.day(one.end_ms - 1 if calendars else at_ms)
                found[one.metric] = Comparable(one.value, day, ended=calendars)
    return found
