"""Every period of a window that a file reaches: what it is called, and the last moment to read it at.

first event          last moment
    |                    |
  [ 05 ]   [ 06 ]   [ 07 ...      months: read at each end, the last one as far as it goes
  . . . .  . . . .  . . .         rolling: read at the end of each local day
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from schemas.definition import model
from schemas.definition.model import Unit, Window
from schemas.readings import Reading
from streams.plan import Plan
from streams.readings import Readings
from streams.time.calendar import Calendar

WHOLE_TIME = "all"


class Period(NamedTuple):
    """A period's name and the moment at which it is read, its last instant or the last that is known."""

    label: str
    at_ms: int


class Row(NamedTuple):
    """One period's reading, of the whole and of each segment."""

    period: Period
    reading: Reading
    segments: tuple[Reading, ...]


def rows(plan: Plan, readings: Readings, asked: tuple[str, Window], extent: tuple[int, int]) -> list[Row]:
    """A metric over a window, in every period from the first event to the last moment."""
    metric, window = asked
    return [
        Row(
            period,
            readings.running(metric, window, period.at_ms),
            tuple(readings.segments(metric, window, period.at_ms)),
        )
        for period in periods(plan, window, extent)
    ]


def periods(plan: Plan, window: Window, extent: tuple[int, int]) -> Iterator[Period]:
    """In order; ``extent`` is the first event's time and the last moment, both included."""
    first_ms, last_ms = extent
    calendar = plan.calendar
    if isinstance(window, model.Lifetime):
        yield Period(WHOLE_TIME, last_ms)
        return
    unit = window.unit if isinstance(window, model.Calendar) else Unit.DAY
    begin, end = (calendar.period(unit, calendar.day(t)) for t in (first_ms, last_ms))
    for number in range(begin, end + 1):
        after = calendar.start(calendar.first_day(unit, number + 1))
        yield Period(_label(calendar, unit, number, plan.definition.week_starts), min(after - 1, last_ms))


def _label(calendar: Calendar, unit: Unit, number: int, week_starts: str) -> str:
    first = date.fromordinal(calendar.first_day(unit, number))
    match unit:
        case Unit.DAY:
            return first.isoformat()
        case Unit.WEEK if week_starts == "monday":
            year, week, _ = first.isocalendar()
            return f"{year}-W{week:02}"
        case Unit.WEEK:  # has no number that all agree on
            return f"from {first.isoformat()}"
        case Unit.MONTH:
            return f"{first.year}-{first.month:02}"
        case Unit.QUARTER:
            return f"{first.year}-Q{(first.month + 2) // 3}"
        case Unit.YEAR:
            return f"{first.year}"
