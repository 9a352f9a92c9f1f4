"""How often a metric was restated, and when last, from what the partitions have counted."""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.definition.model import Definition, Window
from schemas.names import restated_totals
from streams.plan import measures_of
from streams.restating.counting import over_by
from streams.state.port import Snapshot


class Restatements(NamedTuple):
    """Events that came for periods that were over, once for each measure, and the append time of the last of them."""

    events: int
    last_ms: int | None


def restatements(
    definition: Definition, partitions: Iterable[Snapshot], metric: str, window: Window
) -> Restatements | None:
    """None of a lifetime, which is never over."""
    over = over_by(window)
    if over is None:
        return None
    events, last_ms = 0, 0
    pairs = [restated_totals(measure, over) for measure in measures_of(definition, metric)]
    for one in partitions:
        for count, moment in pairs:
            events += one.totals.get(count, 0)
            last_ms = max(last_ms, one.totals.get(moment, 0))
    return Restatements(events, last_ms or None)
