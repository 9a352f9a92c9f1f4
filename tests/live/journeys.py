"""What a journey comes to: every metric of its definition beside SQL, the whole and its segments."""

from collections.abc import Iterable, Sequence

from streams.cells import Cells
from streams.readings import AsOf, Readings
from streams.segmentation import segmented_by
from tests.live.road import Road
from tests.live.stages import all_snapshots, until_all_is_read
from tests.reference.measures import Reference
from tests.verified.comparing import DATA_SETS, Both, DataSet
from tests.verified.kinds import with_every_kind
from tests.verified.road import Done, Journey


def set_of(journey: Journey) -> DataSet:
    """The events that it is made with."""
    return next(one for one in DATA_SETS if one.name == journey.data)


def definition_of(data: DataSet) -> str:
    """With every kind that its events allow, over a topic to be named."""
    whole = with_every_kind(data.name, data.definition.read_text(encoding="utf-8"))
    (topic,) = (line for line in whole.splitlines() if line.startswith("  topic: "))
    return whole.replace(topic, "  topic: TOPIC")


def arrived(road: Road, journey: Journey, of: tuple[list[bytes], Sequence[bytes]], faults: tuple[int, int]) -> Done:
    """Waits until all is counted; ``of`` is what was sent and each event once, ``faults`` kills and frozen ones."""
    sent, lines = of
    until_all_is_read(road)
    snapshots = all_snapshots(road)
    totals = [one.totals for (topic, _), one in snapshots.items() if topic == road.topic]
    counted = sum(one["counted"] for one in totals)
    assert counted == len(set(lines))
    assert sum(one["duplicate"] for one in totals) == len(sent) - len(set(lines))
    compared, wrong = _compared(road, Cells.of(snapshots.values()), set_of(journey), lines)
    assert wrong == []
    return Done(journey, *faults, len(sent), counted, compared, len(wrong))


def _compared(road: Road, cells: Cells, data: DataSet, lines: Iterable[bytes]) -> tuple[int, list[str]]:
    """How many numbers were, and the metrics that differ; on the days that the data set says."""
    reference = Reference(road.plan.definition)
    reference.load(road.source.source.name, lines)
    days = reference.days()
    end_ms, some = days[-1], days[:: data.every]
    readings = Readings(road.plan, cells, AsOf(end_ms, end_ms))
    both, rows = Both(reference, [readings], end_ms), []
    for metric in road.plan.definition.metrics.values():
        rows.append(both.whole(metric, some))
        rows += [both.segments(metric, by, some) for by in segmented_by(road.plan.definition, metric.name)]
    wrong = [f"{row.name}: {row.differences} of {row.compared}" for row in rows if row.differences]
    return sum(row.compared for row in rows), wrong
