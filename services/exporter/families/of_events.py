"""What became of the events, counted since the version began."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from schemas.definition.model import Definition
from services.exporter.families.making import Labels, counter
from services.exporter.restatements import restatements
from services.exporter.shown import Shown
from streams.plan import Plan


def of_events(plan: Plan, shown: Shown | None) -> Iterator[Family]:
    """Of the topics of sources, whose events are judged; what stages fold was judged there already."""
    outcomes: dict[Labels, int] = {}
    miskeyed: dict[Labels, int] = {}
    apart: dict[str, dict[Labels, int]] = {"unused": {}, "overflow": {}}
    for partition, snapshot in shown.partitions.items() if shown else ():
        for outcome in names.OUTCOMES if partition.topic in plan.sources else ():
            key = partition.topic, outcome
            outcomes[key] = outcomes.get(key, 0) + snapshot.totals.get(outcome, 0)
        for form in names.MISKEYED_KINDS if partition.topic in plan.sources else ():
            at = partition.topic, form
            miskeyed[at] = miskeyed.get(at, 0) + snapshot.totals.get(names.miskeyed_total(form), 0)
        for name, number in snapshot.totals.items():
            kind, _, rest = name.partition("|")
            if (counts := apart.get(kind)) is not None:
                measure, _, what = rest.partition("|")
                counts[measure, what] = counts.get((measure, what), 0) + number
    yield counter(names.EVENTS, outcomes)
    yield counter(names.EVENTS_UNUSED, dict(sorted(apart["unused"].items())))
    yield counter(names.EVENTS_MISKEYED, miskeyed)
    yield counter(names.RESTATED, _restated(plan.definition, shown) if shown else {})
    yield counter(names.SEGMENT_OVERFLOW, dict(sorted(apart["overflow"].items())))


def _restated(definition: Definition, shown: Shown) -> dict[Labels, int]:
    """Of the metrics whose first window has periods that are ever over."""
    found = {
        (name,): restatements(definition, shown.partitions.values(), name, metric.windows[0])
        for name, metric in definition.metrics.items()
    }
    return {labels: one.events for labels, one in found.items() if one is not None}
