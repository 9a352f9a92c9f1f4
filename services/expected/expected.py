"""What each metric may be expected to be, worked out again whenever there is something new to expect.

a period is over, a day has begun ─┬▶ due ──▶ its past is read, piece by piece ──▶ a thread works out its bands
events of the past have come in   ─┘
"""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from schemas.definition.model import RollingSpan, Window
from schemas.errors import in_words
from schemas.names import is_late
from services.expected.band import Band
from services.expected.comparing import subject
from services.expected.of_past import Asked, Point, bands, moments
from services.expected.reading import needs_of, past_cells
from services.exporter.aside import aside
from services.exporter.followed import NothingToShow
from services.exporter.shown import Shown
from services.exporter.snapshots import Snapshots
from streams.state.port import NEVER
from streams.time.grains import HOUR
from streams.wanted import keys_between

log = logging.getLogger(__name__)

LOOK_S = 1.0
GROWN = 1.02
AGAIN_MS = 30_000
"""Where so much has been folded since, and not more often than this, the past is read again: it was published late."""
ARITHMETIC = (ArithmeticError, ValueError, LookupError, TypeError)
Bands = dict[tuple[str, str], Band]
"""(metric, label of the window) -> what is expected of the whole."""


class Due(NamedTuple):
    """What a band is about, and the day on which it was worked out: late events change the past day by day."""

    subject: int
    day: int


class Found(NamedTuple):
    """The bands, and how far the partitions stood together, and when, as they were worked out."""

    due: Due
    points: tuple[Point, ...]
    position: int
    read_ms: int


class Expected:
    """Of one version; ``made`` counts how often something was worked out."""

    def __init__(self, snapshots: Snapshots) -> None:
        self.made = 0
        self._snapshots, self._plan = snapshots, snapshots.plan
        self._found: dict[tuple[str, str], Found] = {}

    async def refresh(self) -> None:
        """Works out what is due, one after another; what cannot be read now is due again."""
        try:
            for metric, window in list(self._windows()):
                await self._look(metric, window)
        except NothingToShow:
            return
        except self._snapshots.faults as fault:
            log.info("what is expected is not worked out: %s", in_words(fault))

    def bands(self, shown: Shown) -> Bands:
        """Those that are about what is shown; what is worked out for something earlier is left out."""
        found: Bands = {}
        for metric, window in self._windows():
            due, had = self._due(shown, metric, window), self._found.get((metric, window.label))
            if due is not None and had is not None and had.due.subject == due.subject:
                band = _at(had.points, window, shown.read_ms)
                if band is not None:
                    found[metric, window.label] = band
        return found

    async def _look(self, metric: str, window: Window) -> None:
        shown = self._snapshots.shown()
        due = self._due(shown, metric, window)
        had, position = self._found.get((metric, window.label)), _position(shown)
        if due is None or (had is not None and had.due == due and not _grown(had, position, shown.read_ms)):
            return
        asked = Asked(metric, window, shown.trust[metric].as_of.watermark_ms)
        try:
            points = await self._points(asked)
        except ARITHMETIC:  # the readings are right without it
            log.exception("bug in what is expected of %s, %s", metric, window.label)
            points = ()
        self._found[metric, window.label] = Found(due, points, position, shown.read_ms)
        self.made += 1

    async def _points(self, asked: Asked) -> tuple[Point, ...]:
        plan = self._plan
        reach = await aside(lambda: moments(plan, asked))
        if reach is None:
            return ()
        keys = keys_between(plan, asked.metric, asked.window, *reach)
        wanted = {series: spans for series, spans in keys.items() if not is_late(series)}  # values hold that already
        cells = await past_cells(self._snapshots, wanted, needs_of(plan.definition, asked.metric))
        return await aside(lambda: bands(plan, cells, asked))

    def _due(self, shown: Shown, metric: str, window: Window) -> Due | None:
        as_of_ms = shown.trust[metric].as_of.watermark_ms
        about = None if as_of_ms == NEVER else subject(self._plan, window, as_of_ms)
        return None if about is None else Due(about, self._plan.calendar.day(as_of_ms))

    def _windows(self) -> Iterator[tuple[str, Window]]:
        for name, metric in self._plan.definition.metrics.items():
            for window in metric.windows:
                yield name, window


def _position(shown: Shown) -> int:
    return sum(one.standing.position for one in shown.partitions.values())


def _grown(had: Found, position: int, read_ms: int) -> bool:
    return position > had.position * GROWN and read_ms - had.read_ms >= AGAIN_MS


class Shows(Protocol):
    """A version, as far as its expectations go."""

    @property
    def expected(self) -> Expected:
        """Its own."""


async def keep(current: Callable[[], Shows]) -> None:
    """Keeps the expectations of what is shown, until it is cancelled."""
    while True:
        await current().expected.refresh()
        await asyncio.sleep(LOOK_S)


def _at(points: tuple[Point, ...], window: Window, now_ms: int) -> Band | None:
    """Of windows that are judged by the hour between the two hours around now, None where one of them has no band."""
    if not isinstance(window, RollingSpan):
        return points[-1].band if points else None
    after = bisect_right(points, now_ms, key=lambda point: point.at_ms)
    if not 0 < after < len(points):
        return None
    before, following = points[after - 1], points[after]
    between = following.at_ms - before.at_ms
    if between > HOUR:
        return None
    part = (now_ms - before.at_ms) / between
    bounds = zip(before.band, following.band, strict=True)
    return Band(*(one + part * (other - one) for one, other in bounds))
