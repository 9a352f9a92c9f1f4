"""What became of the events, counted since the version began."""

from collections.abc import Collection, Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from services.exporter.families.making import Labels, counter
from services.exporter.shown import Shown


def of_events(sources: Collection[str], shown: Shown | None) -> Iterator[Family]:
    """``sources`` are the topics whose events are judged; what stages fold was judged there already."""
    outcomes: dict[Labels, int] = {}
    apart: dict[str, dict[Labels, int]] = {"unused": {}, "overflow": {}}
    for partition, snapshot in shown.partitions.items() if shown else ():
        for outcome in names.OUTCOMES if partition.topic in sources else ():
            key = partition.topic, outcome
            outcomes[key] = outcomes.get(key, 0) + snapshot.totals.get(outcome, 0)
        for name, number in snapshot.totals.items():
            kind, _, rest = name.partition("|")
            if (counts := apart.get(kind)) is not None:
                measure, _, what = rest.partition("|")
                counts[measure, what] = counts.get((measure, what), 0) + number
    yield counter(names.EVENTS, outcomes)
    yield counter(names.EVENTS_UNUSED, dict(sorted(apart["unused"].items())))
    yield counter(names.SEGMENT_OVERFLOW, dict(sorted(apart["overflow"].items())))
