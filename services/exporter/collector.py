"""The readings as Prometheus series, rendered from the last snapshot.

What the definition says stands there always; what the state says, only while it can be trusted.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from schemas import names
from schemas.definition.model import Definition
from schemas.readings import Reading
from services.exporter import steering_series
from services.exporter.exposition import encode
from services.exporter.followed import NothingToShow
from services.exporter.shown import Shown
from services.exporter.snapshots import Seen, Snapshots
from services.version import VERSION
from streams.state.port import NEVER
from streams.steering.standing import steer

HELP: Final = {
    names.METRIC_VALUE: "The metric over its window, as it stands now.",
    names.METRIC_NUMERATOR: "What the metric's value is a part of, or the value itself where nothing is divided.",
    names.METRIC_DENOMINATOR: "What the metric's numerator is divided by.",
    names.METRIC_COMPLETE: "The metric over the last complete span of its window.",
    names.METRIC_PACE: "The metric over the same elapsed days of the calendar period before.",
    names.METRIC_AS_OF: "The moment up to which every partition that the metric rests on has been read.",
    names.METRIC_COMPLETENESS: "The share of the metric's partitions that are read up to the last minute.",
    names.NORTH_STAR_INFO: "The north star metric, the window its target speaks of, and which way is better.",
    names.WATERMARK: "The latest event time counted from the partition.",
    names.EVENTS: "Events by what became of them.",
    names.EVENTS_UNUSED: "Counted events that a measure had to leave out.",
    names.SEGMENT_OVERFLOW: "Counted events whose value a partition could not count apart any more.",
    names.POSITION: "The next offset of the partition that is not folded yet.",
    names.POSITION_LAG: "Records of the partition that are not folded yet; of internal topics messages, not events.",
    names.STATE_UP: "1 while the store answers and every partition has a position.",
    names.SNAPSHOT_AGE: "When the state was last read.",
    names.BUILD_INFO: "The version of the exporter, and of what is counted.",
    **steering_series.HELP,
}


class ReadingsCollector(Collector):
    """Encodes each snapshot once, however often and by whomever it is scraped."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._help = HELP | {names.METRIC_VALUE: _described(snapshots.plan.definition)}
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
        yield from self._of_readings(shown)
        yield from self._of_definition(shown)
        yield from self._of_events(shown)
        yield from self._of_partitions(seen)
        yield self._gauge(names.STATE_UP, [((), float(up))])
        read_ms = self._snapshots.seen.read_ms
        yield self._gauge(names.SNAPSHOT_AGE, [((), read_ms / 1000)] if read_ms else [])
        yield self._info(names.BUILD_INFO, [(VERSION, self._snapshots.plan.version)])

    def _today(self) -> int:
        return self._snapshots.plan.calendar.day(self._snapshots.now_ms())

    def _now(self) -> "_Now":
        try:
            shown = self._snapshots.shown()
        except NothingToShow:
            shown = None
        return shown, self._snapshots.fresh_seen(), self._snapshots.up()

    def _of_readings(self, shown: Shown | None) -> Iterator[Family]:
        running, complete = (shown.running, shown.complete) if shown else ([], [])
        yield self._gauge(names.METRIC_VALUE, [(_labels(r), float(r.value)) for r in running if r.value is not None])
        yield self._gauge(names.METRIC_NUMERATOR, [(_labels(r), float(r.numerator)) for r in running])
        divided = [(_labels(r), float(r.denominator)) for r in running if r.denominator is not None]
        yield self._gauge(names.METRIC_DENOMINATOR, divided)
        yield self._gauge(
            names.METRIC_COMPLETE, [(_labels(r), float(r.value)) for r in complete if r.value is not None]
        )
        paces = [(_labels(r), float(r.pace.value)) for r in running if r.pace is not None]
        yield self._gauge(names.METRIC_PACE, paces)
        trust = shown.trust.items() if shown else ()
        known = [((metric,), one.as_of.watermark_ms / 1000) for metric, one in trust if one.as_of.watermark_ms != NEVER]
        yield self._gauge(names.METRIC_AS_OF, known)
        yield self._gauge(names.METRIC_COMPLETENESS, [((metric,), one.completeness) for metric, one in trust])

    def _of_definition(self, shown: Shown | None) -> Iterator[Family]:
        """What it steers by, and while there are readings how that stands."""
        definition = self._snapshots.plan.definition
        star = definition.north_star
        window = definition.metrics[star.metric].windows[0].label
        yield self._info(names.NORTH_STAR_INFO, [(star.metric, window, star.better)])
        steering = shown.steering if shown else steer(definition, self._today(), {})
        for name, samples in steering_series.steering_samples(definition, steering):
            if name.endswith("_info"):
                yield self._info(name, [labels for labels, _ in samples])
            else:
                yield self._gauge(name, samples)

    def _of_events(self, shown: Shown | None) -> Iterator[Family]:
        outcomes: dict[tuple[str, ...], int] = {}
        apart: dict[str, dict[tuple[str, ...], int]] = {"unused": {}, "overflow": {}}
        for partition, snapshot in shown.partitions.items() if shown else ():
            for outcome in names.OUTCOMES if partition.topic in self._snapshots.plan.sources else ():  # judged there
                key = partition.topic, outcome
                outcomes[key] = outcomes.get(key, 0) + snapshot.totals.get(outcome, 0)
            for name, number in snapshot.totals.items():
                kind, _, rest = name.partition("|")
                if (counts := apart.get(kind)) is not None:
                    measure, _, what = rest.partition("|")
                    counts[measure, what] = counts.get((measure, what), 0) + number
        yield self._counter(names.EVENTS, outcomes)
        yield self._counter(names.EVENTS_UNUSED, dict(sorted(apart["unused"].items())))
        yield self._counter(names.SEGMENT_OVERFLOW, dict(sorted(apart["overflow"].items())))

    def _of_partitions(self, seen: Seen) -> Iterator[Family]:
        watermarks, positions, lags = [], [], []
        for partition, standing in seen.standings.items():
            labels = partition.topic, str(partition.number)
            positions.append((labels, float(standing.position)))
            if standing.watermark != NEVER:
                watermarks.append((labels, standing.watermark / 1000))
            if (lag := seen.lag(partition)) is not None:
                lags.append((labels, float(lag)))
        yield self._gauge(names.WATERMARK, watermarks)
        yield self._gauge(names.POSITION, positions)
        yield self._gauge(names.POSITION_LAG, lags)

    def _gauge(self, name: str, samples: Sequence[tuple[tuple[str, ...], float]]) -> Family:
        family = GaugeMetricFamily(name, self._help[name], labels=names.SERIES[name])
        for labels, value in samples:
            family.add_metric(labels, value)
        return family

    def _counter(self, name: str, samples: dict[tuple[str, ...], int]) -> Family:
        family = CounterMetricFamily(name, self._help[name], labels=names.SERIES[name])
        for labels, value in samples.items():
            family.add_metric(labels, value)
        return family

    def _info(self, name: str, samples: Sequence[tuple[str, ...]]) -> Family:
        family = InfoMetricFamily(name.removesuffix("_info"), self._help[name])
        for values in samples:
            family.add_metric([], dict(zip(names.SERIES[name], values, strict=True)))
        return family


_Now = tuple[Shown | None, Seen, bool]


def _same(one: tuple[_Now, int], other: tuple[_Now, int]) -> bool:
    """The same objects, and the same day, on which a path lies elsewhere."""
    (now, day), (then, day_then) = one, other
    return day == day_then and all(a is b for a, b in zip(now, then, strict=True))


def _labels(reading: Reading) -> tuple[str, ...]:
    return reading.metric, reading.window, reading.dimension, reading.segment


def _described(definition: Definition) -> str:
    """What each metric means, as far as the definition says so."""
    said = [
        f"{one.name}: {' '.join(one.description.split())}" + (f" ({one.unit})" if one.unit else "")
        for one in definition.metrics.values()
        if one.description
    ]
    return " ".join([HELP[names.METRIC_VALUE], *said])
