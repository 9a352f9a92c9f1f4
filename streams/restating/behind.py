"""Which events of a batch came when the day of their time was over in their own partition.

Judged in log order by the log alone: the latest time counted before an event is what its partition had *reached*.

    days     5  5  6  5  6  6  5  7
    reached  5  5  5  6  6  6  6  6
                      ^        ^       behind: the day is below what was reached
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from streams.events.columns import Column
from streams.state.port import NEVER
from streams.time.calendar import Calendar, Times


class Behind(NamedTuple):
    """Events that are behind, by their places in the batch: the days of their times, and the days reached before."""

    places: Column
    days: Column
    reached: Column


class Stretch(NamedTuple):
    """Events ``begin`` up to ``end`` of a batch.  Those that are behind came while the day ``reached`` was the
    partition's; None where none is.
    """

    begin: int
    end: int
    reached: int | None


def behind(times: Times, before: Times, calendar: Calendar) -> Behind | None:
    """``before`` is the latest time counted before each, NEVER where there was none.  None where none is behind."""
    places = np.flatnonzero((times < before) & (before != NEVER))
    if not len(places):
        return None
    days, reached = calendar.days(times[places]), calendar.days(before[places])
    over = days < reached
    return Behind(places[over], days[over], reached[over]) if over.any() else None


def stretches(before: Times, late: Behind, calendar: Calendar) -> Iterator[Stretch]:
    """The whole batch, cut where another day was reached and something behind came next.

    What follows with none behind is of the stretch before it, unless less had been reached there: it adds to no day
    below that stretch's either.
    """
    known = before != NEVER
    reached = np.full(len(before), NEVER, np.int64)
    reached[known] = calendar.days(before[known])
    cuts = [0, *(np.flatnonzero(reached[1:] != reached[:-1]) + 1).tolist(), len(before)]
    begin, day = 0, None
    for first, end in pairwise(cuts):
        now = int(reached[first])
        some = np.searchsorted(late.places, first) < np.searchsorted(late.places, end)
        if not some and (day is None or now >= day):
            continue
        if begin < first:
            yield Stretch(begin, first, day)
        begin, day = first, now if some else None
    yield Stretch(begin, len(before), day)
