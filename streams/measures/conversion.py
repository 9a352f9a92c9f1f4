"""conversion: starts that an end of the same entity follows within ``within_ms``, or at the same instant.

Filed where the start lies.  A further end never undoes a conversion, so a start that found its end is forgotten at
once; what is remembered are starts that still wait for one, and ends that a late start may still find.

           starts that wait                     ends
    |[----------------------|-------------------------|
    floor - within          floor                     latest
                            [-------------------------|

No end below the floor can come any more, so a start waits until ``within`` below it; no start either, so an end is of
no use below it.  Of three ends that lie within ``within`` the middle one says nothing: what it would convert begins
after the first and finds the third in time.

The place in a record is as flat as a chain's: a start at t is 2 t, an end 2 t + 1, rising.  So at one instant the start
comes first, and the end converts it.
"""

from collections.abc import Iterable, MutableMapping
from typing import NamedTuple

import numpy as np

from streams.measures.chain import Arrivals, Out, Points, Record, tally
from streams.time.grains import Grain


class _Filed(NamedTuple):
    starts: Points
    """Those that found an end."""
    left: Points
    """What is remembered."""


class Conversion:
    """Over instants; ``series`` are the grains that a start is filed at."""

    def __init__(self, series: dict[str, Grain], within_ms: int) -> None:
        self.series, self.within_ms = series, within_ms

    def fold(
        self, starts: Arrivals, ends: Arrivals, records: MutableMapping[str, Record], place: int, floor: int
    ) -> tuple[dict[str, Out], set[str]]:
        """Files both in ``records[entity][place]``, changed in place.

        Gives series -> bucket -> delta, and the entities whose record changed.
        """
        arrived: dict[str, Points] = {}
        for arrivals, bit in ((starts, 0), (ends, 1)):
            names = map(arrivals.names.__getitem__, arrivals.codes.tolist())
            for name, mark in zip(names, (2 * arrivals.points + bit).tolist(), strict=True):
                arrived.setdefault(name, []).append(mark)
        converted: Points = []
        changed: set[str] = set()
        for name, marks in arrived.items():
            record = records[name]
            filed = self._filed(sorted((*record[place], *marks)), floor)
            converted += filed.starts
            if filed.left != record[place]:
                record[place] = filed.left
                changed.add(name)
        column, outs = np.array(converted, np.int64), {series: Out() for series in self.series}
        for series, grain in self.series.items():
            tally(outs[series], grain.column(column), 1)
        return outs, changed

    def _filed(self, marks: Points, floor: int) -> _Filed:
        """From the last to the first, so that the next end is known."""
        found: Points = []
        waiting: Points = []
        ends: Points = []
        for mark in reversed(marks):
            t, end = divmod(mark, 2)
            if end:
                ends.append(t)
            elif ends and ends[-1] - t <= self.within_ms:
                found.append(t)
            elif t >= floor - self.within_ms:
                waiting.append(mark)
        useful = self._useful(t for t in reversed(ends) if t >= floor)
        return _Filed(found, sorted((*waiting, *(2 * t + 1 for t in useful))))

    def _useful(self, ends: Iterable[int]) -> Points:
        """Without each that stands between two that are close without it."""
        kept: Points = []
        for t in ends:
            if kept and kept[-1] == t:
                continue
            if len(kept) > 1 and t - kept[-2] <= self.within_ms:
                kept.pop()
            kept.append(t)
        return kept
