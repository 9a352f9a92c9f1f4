"""What is read, and what must not matter, of events that are folded in memory."""

import random
from typing import Any

from streams.cells import Cells
from streams.plan import Plan
from streams.readings import AsOf, Readings
from tests.streams.folding import fold_log, nonzero, raws, scattered, the_source


def read(plan: Plan, events: list[dict[str, Any]], at: int, cuts: list[int]) -> Readings:
    """Readings at a moment of these events, folded in this order, in batches that end at these places."""
    folded = fold_log(the_source(plan), raws(events), cuts)
    return Readings(plan, Cells.of([folded.snapshot()]), AsOf(at, 0))


def is_the_same_in_any_order(plan: Plan, events: list[dict[str, Any]], rng: random.Random, partitions: int) -> bool:
    """Whether other batches, in another order over so many partitions, give the same cells."""
    source = the_source(plan)
    return nonzero(scattered(source, events, rng, partitions)) == nonzero([fold_log(source, raws(events))])
