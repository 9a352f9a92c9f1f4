"""Two ways to the past: the API of an exporter, which reads the state of a running service, and a replay of events."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from msgspec import structs

from schemas.definition.model import RollingSpan, Window
from services.board.exporter import Exporter, RefusedError
from services.exporter.asked import MOST_POINTS
from services.history.points import Point, Reach, marks
from services.history.waiting import must_show
from streams.cells import Cells
from streams.plan import Plan
from streams.readings import AsOf, Readings
from streams.time.grains import DAY, MINUTE

AT_ONCE: Final = MOST_POINTS - 2
"""Points of one request."""


class FromExporter:
    """By what the state says now of each moment: with all late events in it.

    Raises OtherVersionError as soon as the exporter shows another version than the plan's, NoAnswerError where it shows
    nothing.
    """

    def __init__(self, plan: Plan, exporter: Exporter) -> None:
        self._plan, self._exporter = plan, exporter

    def points(self, metric: str, window: Window, reach: Reach) -> list[Point]:
        found: list[Point] = []
        for first_ms, last_ms, step in _requests(window, reach):
            asked = {"window": window.label, "from": str(first_ms), "to": str(last_ms), "step": step}
            found += [_point(one) for one in self._asked(metric, asked)]
        return _whole(window, found, reach)

    def _asked(self, metric: str, asked: dict[str, str]) -> list[dict[str, object]]:
        """Of no other version: it may have come to be shown since the answer before."""
        try:
            answered = self._exporter.reading(metric, **asked)
        except RefusedError:  # as another version may not be read over this window, or have no such metric
            must_show(self._exporter, self._plan.version, self._exporter.numbers().definition)
            raise
        must_show(self._exporter, self._plan.version, answered["definition"])
        readings: list[dict[str, object]] = answered["readings"]
        return readings


class FromEvents:
    """By the events of files, folded into these cells; ``known`` is the first one's day's start, and the last moment.

    Before it nothing is told, however long ago it was asked from: there was nothing then.
    """

    def __init__(self, plan: Plan, cells: Cells, known: tuple[int, int]) -> None:
        self._plan, (self._since_ms, self._until_ms) = plan, known
        self._readings = Readings(plan, cells, AsOf(self._until_ms, self._until_ms))

    def points(self, metric: str, window: Window, reach: Reach) -> list[Point]:
        found = []
        for at_ms in self._moments(window, reach):
            one = self._readings.running(metric, window, at_ms)
            value, above, below = (None if n is None else float(n) for n in (one.value, one.numerator, one.denominator))
            found.append(Point(at_ms, value, above, below, one.start_ms, one.end_ms))
        return found

    def _moments(self, window: Window, reach: Reach) -> Iterator[int]:
        reach = structs.replace(reach, begin_ms=max(reach.begin_ms, self._since_ms))
        until_ms = min(reach.end_ms, self._until_ms)
        if until_ms < reach.begin_ms:
            return
        if isinstance(window, RollingSpan):
            yield from (mark - 1 for mark in marks(reach) if mark <= until_ms)
            return
        calendar = self._plan.calendar
        for day in range(calendar.day(reach.begin_ms), calendar.day(until_ms) + 1):
            yield min(calendar.start(day + 1) - 1, until_ms)


def _requests(window: Window, reach: Reach) -> Iterator[tuple[int, int, str]]:
    """The first and the last moment of each request, and its step."""
    if not isinstance(window, RollingSpan):
        span_ms = AT_ONCE * DAY
        for begin in range(reach.begin_ms, reach.end_ms + 1, span_ms):
            yield begin, min(begin + span_ms - 1, reach.end_ms), "1d"
        return
    ends = marks(reach)
    for n in range(0, len(ends), AT_ONCE):
        some = ends[n : n + AT_ONCE]
        yield some[0] - window.grain_ms, some[-1], f"{reach.step_ms // MINUTE}m"  # the piece that ends there


def _whole(window: Window, points: list[Point], reach: Reach) -> list[Point]:
    """Each moment once; of windows of minutes those at the steps only."""
    if isinstance(window, RollingSpan):
        points = [one for one in points if (one.at_ms + 1) % reach.step_ms == 0]
    return list({one.at_ms: one for one in points}.values())


def _point(one: dict[str, object]) -> Point:
    value, above, below = (
        None if n is None else float(str(n)) for n in (one["value"], one["numerator"], one["denominator"])
    )
    start = None if one["start"] is None else _ms(one["start"])
    return Point(_ms(one["at"]), value, above, below, start, _ms(one["end"]))


def _ms(text: object) -> int:
    return round(datetime.fromisoformat(str(text)).timestamp() * 1000)
