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
comes first, and the end converts it.  Where starts are split by a dimension, whose segments have numbers below n, a
start in segment s is (n + 1) t + s and an end (n + 1) t + n: any end converts any start.
"""

from collections.abc import Iterable, Iterator, MutableMapping
from typing import NamedTuple

import numpy as np

from streams.measures.out import Out, tally
from streams.measures.runs import Arrivals, Names, Points, Record
from streams.time.grains import Grain


class _Filed(NamedTuple):
    starts: Points
    """Those that found an end."""
    left: Points
    """What is remembered."""


class Conversion:
    """Over instants; ``series`` are the grains that a start is filed at, ``segments`` how many a start may be in."""

    def __init__(self, series: dict[str, Grain], within_ms: int, segments: int = 1) -> None:
        self.series, self.within_ms, self.segments = series, within_ms, segments

    def fold(
        self, starts: Arrivals, ends: Arrivals, records: MutableMapping[str, Record], place: int, floor: int
    ) -> tuple[dict[str, Out], Names]:
        """Files both in ``records[entity][place]``, changed in place.

        Gives series -> cell -> delta, and the entities whose record changed.
        """
        converted: Points = []
        changed = Names()
        for name, found, is_other in self._each(starts, ends, records, place, floor):
            converted += found
            if is_other:
                changed[name] = None
        return self._outs(converted), changed

    def fold_each(
        self, starts: Arrivals, ends: Arrivals, records: MutableMapping[str, Record], place: int, floor: int
    ) -> Iterator[tuple[str, dict[str, Out]]]:
        """As ``fold``, entity by entity: what each adds."""
        for name, found, _ in self._each(starts, ends, records, place, floor):
            yield name, self._outs(found)

    def _outs(self, converted: Points) -> dict[str, Out]:
        """Starts that found an end, filed."""
        times, tags = np.divmod(np.array(converted, np.int64), self.segments + 1)
        outs: dict[str, Out] = {series: {} for series in self.series}
        for series, grain in self.series.items():
            tally(outs[series], grain.column(times) * self.segments + tags, 1)
        return outs

    def _each(
        self, starts: Arrivals, ends: Arrivals, records: MutableMapping[str, Record], place: int, floor: int
    ) -> Iterator[tuple[str, Points, bool]]:
        """Whose, the starts that found an end, and whether the record is another one."""
        arrived: dict[str, Points] = {}
        for arrivals, tags in ((starts, 0 if starts.segments is None else starts.segments), (ends, self.segments)):
            names = map(arrivals.names.__getitem__, arrivals.codes.tolist())
            for name, mark in zip(names, ((self.segments + 1) * arrivals.points + tags).tolist(), strict=True):
                arrived.setdefault(name, []).append(mark)
        for name, marks in arrived.items():
            record = records[name]
            filed = self._filed(sorted((*record[place], *marks)), floor)
            is_other = filed.left != record[place]
            if is_other:
                record[place] = filed.left
            yield name, filed.starts, is_other

    def _filed(self, marks: Points, floor: int) -> _Filed:
        """From the last to the first, so that the next end is known."""
        found: Points = []
        waiting: Points = []
        ends: Points = []
        width = self.segments + 1
        for mark in reversed(marks):
            t, tag = divmod(mark, width)
            if tag == self.segments:
                ends.append(t)
            elif ends and ends[-1] - t <= self.within_ms:
                found.append(mark)
            elif t >= floor - self.within_ms:
                waiting.append(mark)
        useful = self._useful(t for t in reversed(ends) if t >= floor)
        return _Filed(found, sorted((*waiting, *(width * t + self.segments for t in useful))))

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
