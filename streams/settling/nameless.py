"""What is counted by a dimension that is remembered of entities, of events that name none: they are in ``none``."""

from collections.abc import Iterator

import numpy as np

from streams.measures.additive import Groups
from streams.plan import Nameless
from streams.selection import NO_VALUE, Selections
from streams.settling.added import Added, Filed, filed


def nameless_cells(nameless: Nameless, selections: Selections) -> Iterator[Filed]:
    """Where the batch has such events."""
    for additive in nameless.additives:
        selection = selections.of(additive.choice)
        named = selection.keys((nameless.of,)).places
        if named is None:
            continue
        absent = np.ones(len(selection), np.bool_)
        absent[named] = False
        added = Added.of(additive, selection, absent)
        for series in additive.series:
            groups = Groups(added.places(selection.points(series.grain)))
            deltas = groups.counts() if added.units is None else groups.sums(added.units)
            field = f"|{nameless.dimension}|{NO_VALUE}"
            out = dict(zip(groups.keys, deltas, strict=True))
            yield from filed(series.name, field, out, binned=additive.binned)
