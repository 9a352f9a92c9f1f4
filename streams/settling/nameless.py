"""What is counted by a dimension that is remembered of entities, of events that name none: they are in ``none``."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from streams.measures.additive import Groups
from streams.plan import Nameless
from streams.selection import NO_VALUE, Selections


class Cells(NamedTuple):
    """Of one series; ``field`` is what the segment adds to a bucket's name."""

    series: str
    field: str
    buckets: list[int]
    deltas: list[int]


def nameless_cells(nameless: Nameless, selections: Selections) -> Iterator[Cells]:
    """Where the batch has such events."""
    for additive in nameless.additives:
        selection = selections.of(additive.choice)
        named = selection.keys((nameless.of,)).places
        if named is None:
            continue
        absent = np.ones(len(selection), np.bool_)
        absent[named] = False
        for series in additive.series:
            groups = Groups(selection.points(series.grain)[absent])
            amounts = None if additive.amount is None else selection.amounts(additive.amount).units[absent]
            deltas = groups.counts() if amounts is None else groups.sums(amounts)
            yield Cells(series.name, f"|{nameless.dimension}|{NO_VALUE}", groups.keys, deltas)
