"""Every period of a window that a file reaches: what it is called, and the last moment to read it at.

first event          last moment
    |                    |
  [ 05 ]   [ 06 ]   [ 07 ...      months: read at each end, the last one as far as it goes
  . . . .  . . . .  . . .         rolling: read at the end of each local day
"""

from collections.abc import Iterable, Iterator
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


def rows(readings: Readings, asked: tuple[str, Window], told: Iterable[Period]) -> list[Row]:
    """A metric over a window, in each of these periods."""
    metric, window = asked
    return [
        Row(
            period,
            readings.running(metric, window, period.at_ms),
            tuple(readings.segments(metric, window, period.at_ms)),
        )
        for period in told
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
        first, after = (calendar.start(calendar.first_day(unit, one)) for one in (number, number + 1))
        if first < after:  # else a date that the zone left out
            yield Period(_label(calendar, unit, number, plan.definition.week_starts), min(after - 1, last_ms))


def _label(calendar: Calendar, unit: Unit, number: int, week_starts: str) -> str:
    match unit:
        case Unit.DAY:
            return _date(calendar, number)
        case Unit.WEEK if week_starts == "monday":
            thursday = calendar.first_day(unit, number) + 3  # the year of a week is that of most of its days
            year = calendar.period(Unit.YEAR, thursday)
            return f"{year}-W{(thursday - calendar.first_day(Unit.YEAR, year)) // 7 + 1:02}"
        case Unit.WEEK:  # has no number that all agree on
            return f"from {_date(calendar, calendar.first_day(unit, number))}"
        case Unit.MONTH:
            return _month(number)
        case Unit.QUARTER:
            return f"{number // 4}-Q{number % 4 + 1}"
        case Unit.YEAR:
            return f"{number}"


def _date(calendar: Calendar, day: int) -> str:
    month = calendar.period(Unit.MONTH, day)
    return f"{_month(month)}-{day - calendar.first_day(Unit.MONTH, month) + 1:02}"


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02}"
