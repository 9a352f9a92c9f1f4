"""What is read, and what must not matter, of events that are folded in memory."""

import random
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from schemas.definition.model import Window
from schemas.readings import Reading
from streams.cells import Cells
from streams.plan import Plan
from streams.readings import AsOf, Readings
from streams.state.port import KeySpan, Snapshot
from streams.wanted import wanted_keys
from tests.streams.folding import fold_log, nonzero, raws, scattered, the_source


def read(plan: Plan, events: list[dict[str, Any]], at: int, cuts: list[int]) -> Readings:
    """Readings at a moment of these events, folded in this order, in batches that end at these places."""
    folded = fold_log(the_source(plan), raws(events), cuts)
    return Readings(plan, Cells.of([folded.snapshot()]), AsOf(at, 0))


def last_complete_segments(readings: Readings, metric: str, window: Window, at: int) -> list[Reading]:
    """Over the span of ``last_complete``, those that are shown at a moment."""
    return [over for _, over in readings.segments_now(metric, window, at) if over is not None]


def is_the_same_in_any_order(plan: Plan, events: list[dict[str, Any]], rng: random.Random, partitions: int) -> bool:
    """Whether other batches, in another order over so many partitions, give the same cells."""
    source = the_source(plan)
    return nonzero(scattered(source, events, rng, partitions)) == nonzero([fold_log(source, raws(events))])


def only(snapshot: Snapshot, wanted: Mapping[str, Iterable[KeySpan]]) -> Snapshot:
    """What a store would give."""
    cells = {
        series: {
            number: fields
            for number, fields in keys.items()
            if any((span.first is None or span.first <= number) and number <= span.last for span in wanted[series])
        }
        for series, keys in snapshot.cells.items()
        if series in wanted
    }
    return msgspec.structs.replace(snapshot, cells=cells)


def reads_all_in_what_it_asks_for(plan: Plan, snapshot: Snapshot, at: int) -> bool:
    """Whether every metric comes to the same over fewer cells, those that readings of this moment ask for."""
    asked = only(snapshot, wanted_keys(plan, at, at))
    some, all_ = (Readings(plan, Cells.of([one]), AsOf(at, 0)) for one in (asked, snapshot))
    fewer = sum(map(len, asked.cells.values())) < sum(map(len, snapshot.cells.values()))
    return fewer and all(
        some.running(name, window, at).value == all_.running(name, window, at).value
        for name, metric in plan.definition.metrics.items()
        for window in metric.windows
    )
