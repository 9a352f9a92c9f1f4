"""Local days and calendar periods, numbered so that the one before is always one less.

A local day is the half-open span from the first instant of its date to the first instant of the next date.  That is the
local date of the instant, but for clocks that went back over midnight (St. John's until 2011 at 00:01, Casey in 2010:
the date went d, d-1, d): there the repeated time stays in d.  Day numbers (``date.toordinal``) therefore never fall as
time rises, which the fold needs: ``t >= floor`` has to imply ``day(t) >= day(floor)``.

A date that a zone left out (Apia, 2011-12-30) has its number and no length: it starts where the next one does, and no
instant lies in it.
"""

from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from schemas.definition.model import Unit
from streams.time.clocks import CYCLE_DAYS, local_date
from streams.time.midnights import midnight, midnights

Times = NDArray[np.int64]
"""Epoch milliseconds, or bucket numbers, one an event."""

# the days of the table; those outside are asked for one by one
_FIRST_DAY = date(1969, 12, 25).toordinal()
_LAST_DAY = date(2101, 1, 1).toordinal()


class Calendar:
    """Days and periods of one time zone.  ``week_starts`` moves only the weeks."""

    def __init__(self, zone: str, week_starts: Literal["monday", "sunday"] = "monday") -> None:
        self.zone = ZoneInfo(zone)
        self._week_shift = 1 if week_starts == "monday" else 0  # ordinal 1 was a Monday

    def day(self, t: int) -> int:
        """The number of the local day that holds the instant ``t``."""
        starts = self._starts
        if starts[0] <= t < starts[-1]:
            return _FIRST_DAY - 1 + bisect_right(starts, t)
        return self._day(t)

    def days(self, times: Times) -> Times:
        """``day`` for a whole column."""
        starts = self._column
        days = np.searchsorted(starts, times, "right") + (_FIRST_DAY - 1)
        if len(times) and (times.min() < starts[0] or times.max() >= starts[-1]):
            outside = (times < starts[0]) | (times >= starts[-1])
            days[outside] = [self._day(t) for t in times[outside].tolist()]
        return days

    def start(self, day: int) -> int:
        """The first instant of this local day."""
        if _FIRST_DAY <= day <= _LAST_DAY:
            return self._starts[day - _FIRST_DAY]
        return midnight(self.zone, day)

    def period(self, unit: Unit, day: int) -> int:
        """The number of the period of this unit that holds this day."""
        match unit:
            case Unit.DAY:
                return day
            case Unit.WEEK:
                return (day - self._week_shift) // 7
            case Unit.MONTH:
                year, month = _month(day)
                return year * 12 + month - 1
            case Unit.QUARTER:
                year, month = _month(day)
                return year * 4 + (month - 1) // 3
            case Unit.YEAR:
                return _month(day)[0]

    def first_day(self, unit: Unit, period: int) -> int:
        """The first day of this period."""
        match unit:
            case Unit.DAY:
                return period
            case Unit.WEEK:
                return period * 7 + self._week_shift
            case Unit.MONTH:
                return _first(period // 12, period % 12 + 1)
            case Unit.QUARTER:
                return _first(period // 4, period % 4 * 3 + 1)
            case Unit.YEAR:
                return _first(period, 1)

    def period_of(self, unit: Unit) -> Callable[[int], int]:
        """``period`` of one unit, remembered for each day that was asked."""
        return _Periods(self, unit).__getitem__

    @cached_property
    def _starts(self) -> list[int]:
        starts: list[int] = self._column.tolist()
        return starts

    @cached_property
    def _column(self) -> Times:
        return midnights(self.zone, _FIRST_DAY, _LAST_DAY)

    def _day(self, t: int) -> int:
        day = local_date(self.zone, t)
        return day + 1 if midnight(self.zone, day + 1) <= t else day


class _Periods(dict[int, int]):
    """day -> period, filled as it is asked."""

    def __init__(self, calendar: Calendar, unit: Unit) -> None:
        super().__init__()
        self._calendar, self._unit = calendar, unit

    def __missing__(self, day: int) -> int:
        self[day] = period = self._calendar.period(self._unit, day)
        return period


def _month(day: int) -> tuple[int, int]:
    """The year and month of a day, also past the year 9999."""
    cycles, rest = divmod(day - 1, CYCLE_DAYS)
    d = date.fromordinal(rest + 1)
    return d.year + cycles * 400, d.month


def _first(year: int, month: int) -> int:
    """The first day of a month, also past the year 9999."""
    cycles, rest = divmod(year - 1, 400)
    return date(rest + 1, month, 1).toordinal() + cycles * CYCLE_DAYS
