"""The readings as Prometheus series, rendered from the last snapshot.

What the definition says stands there always; what the state says, only while it can be trusted.
"""

from collections.abc import Iterator

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from schemas import names
from services.exporter.exposition import encode
from services.exporter.families.making import gauge, info
from services.exporter.families.of_definition import of_definition
from services.exporter.families.of_events import of_events
from services.exporter.families.of_partitions import of_partitions
from services.exporter.families.of_readings import of_readings
from services.exporter.families.of_steering import of_steering
from services.exporter.families.of_store import of_store
from services.exporter.followed import NothingToShow
from services.exporter.shown import Shown
from services.exporter.snapshots import Seen, Snapshots
from services.version import VERSION
from streams.steering.standing import steer


class ReadingsCollector(Collector):
    """Encodes each snapshot once, however often and by whomever it is scraped."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._encoded: dict[str, bytes] = {}
        self._encoded_of: tuple[_Now, int] | None = None

    def encode(self, accept: str) -> tuple[bytes, str]:
        """The whole exposition in the format that a scraper accepts, and its content type."""
        _, content_type = choose_encoder(accept)
        now = self._now(), self._today()
        if self._encoded_of is None or not _same(now, self._encoded_of):
            self._encoded_of, self._encoded = now, {}
        if content_type not in self._encoded:
            self._encoded[content_type] = encode(self, content_type)
        return self._encoded[content_type], content_type

    def collect(self) -> Iterator[Family]:
        """In a fixed order."""
        shown, seen, up = self._now()
        plan = self._snapshots.plan
        yield from of_readings(plan.definition, shown)
        yield from of_definition(plan.definition)
        yield from of_steering(plan.definition, shown.steering if shown else steer(plan.definition, self._today(), {}))
        yield from of_events(plan.sources, shown)
        yield from of_partitions(seen)
        yield from of_store(seen)
        yield gauge(names.STATE_UP, [((), float(up))])
        read_ms = self._snapshots.seen.read_ms
        yield gauge(names.SNAPSHOT_AGE, [((), read_ms / 1000)] if read_ms else [])
        yield info(names.BUILD_INFO, VERSION, plan.version)

    def _today(self) -> int:
        return self._snapshots.plan.calendar.day(self._snapshots.now_ms())

    def _now(self) -> "_Now":
        try:
            shown = self._snapshots.shown()
        except NothingToShow:
            shown = None
        return shown, self._snapshots.fresh_seen(), self._snapshots.up()


_Now = tuple[Shown | None, Seen, bool]


def _same(one: tuple[_Now, int], other: tuple[_Now, int]) -> bool:
    """The same objects, and the same day: on another one a path lies elsewhere."""
    (now, day), (then, day_then) = one, other
    return day == day_then and all(a is b for a, b in zip(now, then, strict=True))
