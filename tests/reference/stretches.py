"""Which span of instants a window is at a moment, and which lies before it; by ``zoneinfo`` and dates alone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.definition import model
from schemas.definition.model import Unit, Window

NEVER_MS = -(2**62)
FOR_EVER_MS = 2**62
DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """[begin, end), and whether it is a period that had been read to its end."""

    begin_ms: int
    end_ms: int
    over: bool


class LocalTime:
    """Of a company."""

    def __init__(self, zone: ZoneInfo, week_starts: str) -> None:
        self._zone, self._week_starts = zone, week_starts

    def stretch(self, window: Window, at: int, as_of_ms: int) -> Stretch:
        """From the window's start to the end of the running piece."""
        if isinstance(window, model.RollingSpan):
            end = (at // window.grain_ms + 1) * window.grain_ms
            return Stretch(end - window.span_ms, end, over=end <= as_of_ms)
        today = local_day(at, self._zone)
        end = midnight(today + DAY, self._zone)
        match window:
            case model.Lifetime():
                return Stretch(NEVER_MS, end, over=False)
            case model.RollingDays(days):
                return Stretch(midnight(today - (days - 1) * DAY, self._zone), end, over=end <= as_of_ms)
            case model.Calendar(unit):
                first = self._first(unit, today)
                last_of_it = self._first(unit, today + DAY) != first
                return Stretch(midnight(first, self._zone), end, over=last_of_it and end <= as_of_ms)

    def before(self, window: Window, stretch: Stretch, periods: int) -> Stretch:
        """So many periods, or lengths of the window, earlier; of a period as many days as passed, or all if over."""
        if isinstance(window, model.RollingSpan):
            back = periods * window.span_ms
            return stretch._replace(begin_ms=stretch.begin_ms - back, end_ms=stretch.end_ms - back)
        first, after = local_day(stretch.begin_ms, self._zone), local_day(stretch.end_ms - 1, self._zone) + DAY
        match window:
            case model.RollingDays(days):
                back_days = periods * days * DAY
                first, after = first - back_days, after - back_days
            case model.Calendar(unit):
                passed, next_period = after - first, first
                for _ in range(periods):
                    next_period, first = first, self._first(unit, first - DAY)
                after = next_period if stretch.over else min(first + passed, next_period)
            case model.Lifetime():
                raise AssertionError("nothing is before a lifetime")
        return stretch._replace(begin_ms=midnight(first, self._zone), end_ms=midnight(after, self._zone))

    def _first(self, unit: Unit, day: date) -> date:
        return period_start(unit, day, self._week_starts)


def local_day(t: int, zone: ZoneInfo) -> date:
    """The last date that had begun at an instant: where clocks went back over midnight its date stays."""
    here = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=t)).astimezone(zone).date()
    tomorrow = here + timedelta(days=1)
    return tomorrow if midnight(tomorrow, zone) <= t else here


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local date."""
    return round(datetime.combine(day, time.min, zone).timestamp()) * 1000


def period_start(unit: Unit, day: date, week_starts: str) -> date:
    """The first date of the period that holds a date."""
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday() if week_starts == "monday" else (day.weekday() + 1) % 7)
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)
