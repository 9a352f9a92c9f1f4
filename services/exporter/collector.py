"""The readings as Prometheus series, rendered from the last snapshot.

What the definition says stands there always; what the state says, only while it can be trusted.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import NamedTuple

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from services.expected.expected import Bands
from services.exporter.aside import aside
from services.exporter.bound import SERIES_LIMIT, Bound
from services.exporter.exposition import encode
from services.exporter.families.of_bound import of_bound
from services.exporter.families.of_clocks import of_clocks
from services.exporter.families.of_definition import of_definition
from services.exporter.families.of_events import of_events
from services.exporter.families.of_expected import of_expected
from services.exporter.families.of_exporter import of_exporter
from services.exporter.families.of_partitions import of_partitions
from services.exporter.families.of_readings import of_readings
from services.exporter.families.of_steering import of_steering
from services.exporter.families.of_store import of_store
from services.exporter.followed import NothingToShow
from services.exporter.shown import Shown
from services.exporter.snapshots import Seen, Snapshots
from streams.steering.standing import steer
from streams.time.clocks import ahead_seconds


class Now(NamedTuple):
    """All that the series are made of, at one moment."""

    shown: Shown | None
    seen: Seen
    up: bool
    read_ms: int
    since_ms: int
    today: int
    """On another day a path lies elsewhere."""
    ahead_seconds: float
    bands: Bands

    def same(self, other: "Now") -> bool:
        """The very same readings, or as good as these."""
        return all(one is two for one, two in zip(self[:3], other[:3], strict=True)) and self[3:] == other[3:]


class ReadingsCollector(Collector):
    """Encodes each snapshot once, however often and by whomever it is scraped.

    ``since_ms`` is when the version began to be served; 0 while it is not, or that is not known.  ``bands`` gives what
    is expected of what is shown.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        series_limit: int = SERIES_LIMIT,
        bands: Callable[[Shown], Bands] = lambda _: {},
    ) -> None:
        self.since_ms = 0
        self._snapshots, self._bands, self._plan = snapshots, bands, snapshots.plan
        self._bound = Bound(self._plan.definition, series_limit)
        self._encoded: dict[str, bytes] = {}
        self._encoding = asyncio.Lock()
        self._encoded_of: Now | None = None

    async def encoded(self, accept: str) -> tuple[bytes, str]:
        """``encode``, beside the event loop and one at a time."""
        async with self._encoding:
            return await aside(lambda: self.encode(accept))

    def encode(self, accept: str) -> tuple[bytes, str]:
        """The whole exposition in the format that a scraper accepts, and its content type."""
        _, content_type = choose_encoder(accept)
        now = self._now()
        if self._encoded_of is None or not now.same(self._encoded_of):
            self._encoded_of, self._encoded = now, {}
        if content_type not in self._encoded:
            self._encoded[content_type] = encode(self._families(now), content_type)
        return self._encoded[content_type], content_type

    def collect(self) -> Iterator[Family]:
        """In a fixed order."""
        return self._families(self._now())

    def _families(self, now: Now) -> Iterator[Family]:
        definition, shown = self._plan.definition, now.shown
        bounded = None if shown is None else self._bound.of(shown)
        yield from of_readings(definition, bounded)
        yield from of_expected(now.bands)
        yield from of_bound(self._bound.limit, bounded)
        yield from of_definition(definition)
        yield from of_clocks(now.ahead_seconds)
        yield from of_steering(definition, shown.steering if shown else steer(definition, now.today, {}))
        yield from of_events(self._plan, shown)
        yield from of_partitions(now.seen)
        yield from of_store(now.seen)
        yield from of_exporter(self._plan.version, now.up, now.read_ms, now.since_ms)

    def _now(self) -> Now:
        snapshots = self._snapshots
        try:
            shown = snapshots.shown()
        except NothingToShow:
            shown = None
        now_ms, calendar = snapshots.now_ms(), self._plan.calendar
        return Now(
            shown=shown,
            seen=snapshots.fresh_seen(),
            up=snapshots.up(),
            read_ms=snapshots.read_ms(),
            since_ms=self.since_ms,
            today=calendar.day(now_ms),
            ahead_seconds=ahead_seconds(calendar.zone, now_ms),
            bands=self._bands(shown) if shown else {},
        )
