"""Everything that one moment of the state says, computed once."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from schemas.readings import Reading
from services.exporter.freshness import Progress, as_of, completeness
from services.exporter.past_periods import PastPeriods
from streams.cells import Cells
from streams.plan import Plan
from streams.readings import AsOf, Readings
from streams.state.port import Partition, Snapshot
from streams.steering.comparable import comparables
from streams.steering.standing import Steering, steer


class Moment(NamedTuple):
    """Every partition at one moment of its own, at or after the standing that its progress was judged by."""

    read_ms: int
    progress: Progress
    partitions: dict[Partition, Snapshot]
    cells: Cells


class Trust(NamedTuple):
    """How far the readings of a metric can be trusted."""

    as_of: AsOf
    completeness: float


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Readings come in the order of the definition: metric, window, the whole, then its segments."""

    read_ms: int
    partitions: dict[Partition, Snapshot]
    trust: dict[str, Trust]
    running: list[Reading]
    complete: list[Reading]
    steering: Steering


def show(plan: Plan, groups: Mapping[frozenset[str], list[str]], moment: Moment, past: PastPeriods) -> Shown:
    """Every metric in every window, of the whole and of each segment: running, and last complete."""
    trust: dict[str, Trust] = {}
    readings: dict[str, Readings] = {}
    for topics, metrics in groups.items():
        until = as_of(moment.progress, topics)
        share = completeness(moment.progress, topics, moment.read_ms)
        of_group = Readings(plan, moment.cells, until)
        for name in metrics:
            trust[name], readings[name] = Trust(until, share), of_group
    running: list[Reading] = []
    complete: list[Reading] = []
    for name, metric in plan.definition.metrics.items():
        for window in metric.windows:
            segments = list(readings[name].segments_now(name, window, moment.read_ms))
            running += [readings[name].running(name, window, moment.read_ms), *(now for now, _ in segments)]
            over = (readings[name].last_complete(name, window), *(last for _, last in segments))
            complete += (one for one in over if one is not None)
    values = comparables(plan.definition, plan.calendar, running, complete, moment.read_ms)
    held = past.read(readings, lambda metric: trust[metric].as_of.watermark_ms, moment.read_ms)
    return Shown(
        read_ms=moment.read_ms,
        partitions=moment.partitions,
        trust=trust,
        running=running,
        complete=complete,
        steering=steer(plan.definition, plan.calendar.day(moment.read_ms), values, held),
    )
