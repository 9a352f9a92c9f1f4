"""With which moments of the past a window's value is compared, and what the calendar says of each.

calendar day, week, month, ..   the last complete period                with the complete periods before it
last days                       the value now                           with the ends of the days before today
last minutes, hours             at each full hour of today              with the same local time on the days before
lifetime                        never
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from schemas.definition import model
from schemas.definition.model import Definition, Unit, Window
from services.expected.band import LEAST_SPECIAL, Floats, Rhythm
from streams.plan import Plan
from streams.time.grains import DAY, HOUR

_DAILY: Final = 400
"""Days: a whole year, so that its holidays have been seen, and some weeks."""
_HOURLY: Final = 182
_WEEK: Final = 7

_HALF_LIFE: Final = 10.0
_JUDGED: Final = 56
_LEAST: Final = 42
RHYTHMS: Final[dict[Unit, tuple[int, Rhythm]]] = {
    Unit.DAY: (_DAILY, Rhythm(_HALF_LIFE, _JUDGED, _LEAST)),
    Unit.WEEK: (104, Rhythm(6, 26, 12)),
    Unit.MONTH: (60, Rhythm(4, 24, 12)),
    Unit.QUARTER: (40, Rhythm(4, 16, 12)),
    Unit.YEAR: (40, Rhythm(4, 16, 12)),
}
"""How many periods are looked back on, and how they are judged."""


class Compared(NamedTuple):
    """``target_ms`` is the moment that the band is about, ``at_ms`` those before it, in order.

    ``says`` as a ``Past`` has it.  ``sizes`` are days, where a longer period comes to more, else ones.  ``special``
    says for each moment which holidays and days of campaigns its value rests on.
    """

    target_ms: int
    at_ms: tuple[int, ...]
    rhythm: Rhythm
    weekdays: tuple[int, ...]
    days: tuple[Mapping[int, float], ...]
    sizes: tuple[int, ...]


class SpecialDays:
    """Holidays and days of campaigns, as ``date.toordinal``."""

    def __init__(self, definition: Definition) -> None:
        given = definition.calendar
        self.kinds = (
            frozenset(one.date.toordinal() for one in given.holidays),
            frozenset(day for one in given.campaigns for day in range(one.start.toordinal(), one.end.toordinal() + 1)),
        )


def subject(plan: Plan, window: Window, as_of_ms: int) -> int | None:
    """What a band is about, as a number that changes when another one is due; None for a lifetime."""
    day = plan.calendar.day(as_of_ms)
    match window:
        case model.Calendar(unit):
            return plan.calendar.period(unit, day) - 1
        case model.RollingDays() | model.RollingSpan():
            return day
        case model.Lifetime():
            return None


def compared(plan: Plan, metric: str, window: Window, as_of_ms: int) -> Iterator[Compared]:
    """One for each moment that needs a band of its own."""
    match window:
        case model.Calendar(unit):
            yield _periods(plan, metric, unit, as_of_ms)
        case model.RollingDays(days):
            yield _days(plan, days, plan.calendar.day(as_of_ms))
        case model.RollingSpan(span_ms):
            yield from (_same_time(plan, span_ms, mark) for mark in _marks(plan, plan.calendar.day(as_of_ms)))
        case model.Lifetime():
            return


def says(one: Compared, first: int, special: SpecialDays) -> Floats | None:
    """The columns for the moments from the ``first`` on, and the target.

    None where the target rests on a kind of day of which too few have been seen to say what it does.
    """
    columns: list[list[float]] = []
    if one.weekdays:
        columns += [[float(day == which) for day in one.weekdays[first:]] for which in range(_WEEK)]
    for kind in special.kinds:
        shares = [sum(share for day, share in days.items() if day in kind) for days in one.days[first:]]
        seen = {day for days in one.days[first:-1] for day in days if day in kind}
        if shares[-1] and len(seen) < LEAST_SPECIAL:
            return None
        if any(shares):
            columns.append(shares)
    return np.array(columns).T if columns else np.zeros((len(one.days) - first, 0))


def _periods(plan: Plan, metric: str, unit: Unit, as_of_ms: int) -> Compared:
    calendar = plan.calendar
    back, rhythm = RHYTHMS[unit]
    target = calendar.period(unit, calendar.day(as_of_ms)) - 1
    numbers = range(target - back, target + 1)
    firsts = [calendar.first_day(unit, number) for number in (*numbers, target + 1)]
    sizes = [after - first for first, after in pairwise(firsts)]
    ends = [calendar.start(after) - 1 for after in firsts[1:]]
    grows = unit not in (Unit.DAY, Unit.WEEK) and _grows(plan.definition, metric)
    return Compared(
        target_ms=ends[-1],
        at_ms=tuple(ends[:-1]),
        rhythm=rhythm,
        weekdays=tuple(first % _WEEK for first in firsts[:-1]) if unit is Unit.DAY else (),
        days=tuple(_even(range(first, first + size)) for first, size in zip(firsts, sizes, strict=False)),
        sizes=tuple(sizes) if grows else (1,) * len(sizes),
    )


def _days(plan: Plan, length: int, today: int) -> Compared:
    numbers = range(today - _DAILY - length, today + 1)
    ends = [plan.calendar.start(day + 1) - 1 for day in numbers]
    return Compared(
        target_ms=ends[-1],
        at_ms=tuple(ends[:-1]),
        rhythm=_overlapping(length),
        weekdays=tuple(day % _WEEK for day in numbers) if length % _WEEK else (),
        days=tuple(_even(range(day - length + 1, day + 1)) for day in numbers),
        sizes=(1,) * len(ends),
    )


def _same_time(plan: Plan, span_ms: int, mark_ms: int) -> Compared:
    zone = plan.calendar.zone
    shown = datetime.fromtimestamp(mark_ms / 1000, zone)
    local = [datetime.combine(shown - timedelta(days=back), shown.time(), zone) for back in range(_HOURLY, 0, -1)]
    moments = [*(round(one.timestamp() * 1000) for one in local), mark_ms]
    length = -(-span_ms // DAY)
    return Compared(
        target_ms=mark_ms,
        at_ms=tuple(t - 1 for t in moments[:-1]),
        rhythm=_overlapping(length),
        weekdays=tuple(plan.calendar.day(t - 1) % _WEEK for t in moments),
        days=tuple(_parts(plan, t - span_ms, t) for t in moments),
        sizes=(1,) * len(moments),
    )


def _marks(plan: Plan, day: int) -> Iterator[int]:
    """The full hours of a local day, its end too."""
    begin, end = plan.calendar.start(day), plan.calendar.start(day + 1)
    yield from range(begin, end, HOUR)
    yield end


def _overlapping(length: int) -> Rhythm:
    return Rhythm(_HALF_LIFE, _JUDGED + 2 * (length - 1), _LEAST + length - 1, overlap=length)


def _even(days: Iterable[int]) -> Mapping[int, float]:
    listed = list(days)
    return dict.fromkeys(listed, 1 / len(listed))


def _parts(plan: Plan, begin_ms: int, end_ms: int) -> Mapping[int, float]:
    """The days of a span, each with its share."""
    calendar, whole = plan.calendar, end_ms - begin_ms
    days = range(calendar.day(begin_ms), calendar.day(end_ms - 1) + 1)
    edges = [begin_ms, *(calendar.start(day) for day in days[1:]), end_ms]
    return {day: (edges[n + 1] - edges[n]) / whole for n, day in enumerate(days)}


def _grows(definition: Definition, metric: str) -> bool:
    """Whether a longer period comes to more, day by day."""
    match definition.metrics[metric].value:
        case model.Plain(measure):
            kinds = model.Count | model.Sum | model.First | model.Repeat | model.Conversion
            return isinstance(definition.measures[measure], kinds)
        case _:
            return False
