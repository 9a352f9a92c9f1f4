"""When a comparison with the same hour of earlier weeks says nothing, because the company declared its days.

A holiday is no drop, a campaign no plausible measure of the weeks after it.  The expected band knows these days and
goes on; the comparison with earlier weeks rests while

    what is compared    covers special days by as large a share as a drop is worth telling of, or
    two of four weeks   that it is compared with do: one of them the median lets pass
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.definition.model import Calendar, Definition, Lifetime, Metric, RollingDays, RollingSpan, Unit
from services.provisioner.rules.limits import Limits

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TOO_MANY = 2
"""Of four weeks, the number that moves their median."""


def special_days(definition: Definition) -> frozenset[date]:
    """Every local day of a declared holiday or campaign."""
    days = {one.date for one in definition.calendar.holidays}
    for campaign in definition.calendar.campaigns:
        days |= {campaign.start + n * DAY for n in range((campaign.end - campaign.start).days + 1)}
    return frozenset(days)


def special_spans(definition: Definition, metric: Metric, limits: Limits) -> list[tuple[int, int]]:
    """Half-open spans in epoch seconds, in order; none for a metric that no day can move so far."""
    days = special_days(definition)
    if not days or isinstance(metric.windows[0], Lifetime):
        return []
    zone = ZoneInfo(definition.time_zone)
    affected = _Affected(days, metric, definition.week_starts, limits.drop)
    spans: list[tuple[int, int]] = []
    since: datetime | None = None
    for moment in _moments(days, affected):
        rests = affected.rests(moment)
        if rests and since is None:
            since = moment
        elif not rests and since is not None:
            spans.append((_epoch(since, zone), _epoch(moment, zone)))
            since = None
    return spans


def _moments(days: frozenset[date], affected: "_Affected") -> Iterator[datetime]:
    """The local moments at which it may begin or end to rest, in order: all that lie in reach of a special day."""
    reach = (4 * WEEK + affected.longest + 2 * DAY).days
    told = 0
    for special in sorted(day.toordinal() for day in days):
        for day in range(max(special, told + 1), special + reach + 1):
            midnight = datetime.combine(date.fromordinal(day), datetime.min.time())
            yield from (midnight + n * affected.step for n in range(DAY // affected.step))
        told = special + reach


def _epoch(moment: datetime, zone: ZoneInfo) -> int:
    return round(moment.replace(tzinfo=zone).astimezone(UTC).timestamp())


class _Affected:
    """What a whole day comes to is reckoned once; a window of hours is asked of every hour."""

    def __init__(self, days: frozenset[date], metric: Metric, week_starts: str, share: float) -> None:
        self._days, self._window, self._share = days, metric.windows[0], share
        self._in_order = sorted(days)
        self._week_starts = WEEKDAYS.index(week_starts)
        self._known: dict[date, bool] = {}
        self.longest = 2 * _length(self._window)
        self.step = HOUR if isinstance(self._window, RollingSpan) else DAY

    def rests(self, moment: datetime) -> bool:
        return self._at(moment) or sum(self._at(moment - n * WEEK) for n in (1, 2, 3, 4)) >= TOO_MANY

    def _at(self, moment: datetime) -> bool:
        if isinstance(self._window, RollingSpan):
            begun = (moment - timedelta(milliseconds=self._window.span_ms)).date()
            return any(begun + n * DAY in self._days for n in range((moment.date() - begun).days + 1))
        day = moment.date()
        if day not in self._known:
            first, end = self._covered(day)
            special = bisect_left(self._in_order, end) - bisect_left(self._in_order, first)
            self._known[day] = special / (end - first).days >= self._share
        return self._known[day]

    def _covered(self, day: date) -> tuple[date, date]:
        """The local days, half open, of the value that is compared on this day."""
        match self._window:
            case RollingDays(days=days):
                return day - (days - 1) * DAY, day + DAY
            case Calendar(unit=unit):
                end = _start(day, unit, self._week_starts)
                return _start(end - DAY, unit, self._week_starts), end
            case _:
                return day, day + DAY


def _start(day: date, unit: Unit, week_starts: int) -> date:
    """The first day of the period that a day lies in."""
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - ((day.weekday() - week_starts) % 7) * DAY
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)


def _length(window: object) -> timedelta:
    match window:
        case RollingDays(days=days):
            return days * DAY
        case RollingSpan(span_ms=milliseconds):
            return timedelta(milliseconds=milliseconds)
        case Calendar(unit=unit):
            return {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.QUARTER: 92, Unit.YEAR: 366}[unit] * DAY
        case _:
            return DAY
