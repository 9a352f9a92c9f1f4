"""What events add, remembered of nobody, by a dimension that is remembered of entities.

The *place* of an event is its bucket; of a distribution the bucket and the bin of its amount, in one number.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from streams.effect import Effect
from streams.events.columns import Column, Mask
from streams.measures.distribution import apart, bins_of, in_bins
from streams.measures.out import Out
from streams.plan import Additive
from streams.selection import Selection


class Added(NamedTuple):
    """Which events of a selection add anything, and how much each, None for one; of a distribution their bins."""

    there: Column
    units: Column | None
    bins: Column | None

    @classmethod
    def of(cls, additive: Additive, selection: Selection, some: Mask) -> "Added":
        """Of some events of its selection."""
        if additive.amount is None:
            return cls(np.flatnonzero(some), None, None)
        amounts = selection.amounts(additive.amount)
        if not additive.binned:
            there = np.flatnonzero(some)
            return cls(there, amounts.units[there], None)
        there = np.flatnonzero(some & amounts.there)
        return cls(there, None, bins_of(amounts.units[there]))

    def places(self, points: Column) -> Column:
        """Where each of these adds; ``points`` are the buckets of all events of the selection."""
        points = points[self.there]
        return points if self.bins is None else in_bins(points, self.bins)


class Filed(NamedTuple):
    """What is added to cells of one series; ``field`` is what stands behind the bucket in their names."""

    series: str
    field: str
    out: Out

    def put(self, effect: Effect) -> None:
        """Adds it."""
        buckets = sorted(self.out)
        names = [f"{bucket}{self.field}" for bucket in buckets]
        effect.put(self.series, buckets, names, list(map(self.out.__getitem__, buckets)))


def filed(series: str, field: str, out: Out, *, binned: bool) -> Iterator[Filed]:
    """What is added to a segment, by place; ``field`` is the segment's."""
    if not binned:
        yield Filed(series, field, out)
        return
    places, bins = apart(list(out))
    by_bin: dict[int, Out] = {}
    for bucket, one, delta in zip(places.tolist(), bins, out.values(), strict=True):
        by_bin.setdefault(one, {})[bucket] = delta
    for one, mine in by_bin.items():
        yield Filed(series, f"{field}|{one}", mine)
