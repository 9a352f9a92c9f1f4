"""The record that first, repeat, distinct and lifecycle share: an entity's points inside the horizon, and some before.

A kind is a *judge of order k* when an entity's contribution is the sum, over its points in order, of something that
depends only on the point and the k points before it.  Then an insertion takes back what the k points that follow were
judged to be, judges the new point, and judges those again, whatever the order of arrival.  The record is

    x ...  x    x   |x      x  x     x          points >= floor, and the k greatest below
           `-- k --'floor

Points at one instant are interchangeable to a judge, so no id is kept.  A point is *redundant* when forgetting it
changes no judgement now nor after any later insertion; each judge says which, and so bounds the record by the horizon
alone, not by how busy the entity is.  Several judges may share one record: the order is the largest, a point goes
when it is redundant to all.

The points of a batch are sorted.  An entity's points that follow all that its record holds, the usual case, are judged
column by column together with those of all other entities; only what comes before a point that is there already is
inserted by itself.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, MutableMapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.measures.out import Out, in_segment, merge, tally
from streams.measures.runs import Arrivals, Column, Mask, Names, Points, Record, Runs
from streams.state.port import NEVER
from streams.time.grains import Grain


class Verdicts(NamedTuple):
    """What many points come to: ``added`` has which of them add something, in which bucket each, and of what sign.

    ``kept`` are those that are not redundant for what lies before them; None where that also hangs on what follows.
    """

    added: Sequence[tuple[Mask, Column, int]]
    kept: Mask | None = None


class Judge(ABC):
    """One kind of measure over one series.  Pure: what it changes goes to ``out``.

    ``once`` says whether a second point equal to one that is there says nothing, ``all_kept`` whether no two different
    points ever make one redundant.
    """

    series: str
    order: int
    once: bool
    all_kept = False

    @abstractmethod
    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Adds to ``out`` what point ``i`` contributes, given the points before it, times ``sign``."""

    @abstractmethod
    def judge_all(self, points: Column, before: Sequence[Column]) -> Verdicts:
        """``judge`` of many points, of any entities: ``before[j]`` holds those j + 1 places before, or NEVER."""

    @abstractmethod
    def redundant(self, points: Points, i: int) -> bool:
        """Whether forgetting point ``i`` changes no judgement, now or ever."""


Pairs = tuple[tuple[Judge, Out], ...]


class Chain:
    """Judges over the points of one selection of events, cut at one grain."""

    def __init__(self, judges: tuple[Judge, ...], grain: Grain) -> None:
        self.judges, self.grain = judges, grain
        self.order = max(judge.order for judge in judges)
        self.once = all(judge.once for judge in judges)
        self.all_kept = self.once and any(judge.all_kept for judge in judges)

    def fold(
        self, arrivals: Arrivals, records: MutableMapping[str, Record], place: int, oldest: int
    ) -> tuple[dict[str, Out], Names]:
        """Files each point in ``records[entity][place]``, changed in place.

        ``oldest`` is the floor as a point.  Gives series -> cell -> delta, and the entities whose record changed.
        """
        later, earlier = Runs.of(arrivals, records, place, once=self.once).split()
        outs, changed = self._append(later, oldest)
        for name, found in self._insert_runs(earlier, oldest):
            for series, out in found.items():
                merge(outs[series], out)
            changed[name] = None
        return outs, changed

    def fold_each(
        self, arrivals: Arrivals, records: MutableMapping[str, Record], place: int, oldest: int
    ) -> Iterator[tuple[str, dict[str, Out]]]:
        """As ``fold``, entity by entity: what each adds, of those that have a point that is new."""
        return self._insert_runs(Runs.of(arrivals, records, place, once=self.once), oldest)

    def _append(self, runs: Runs, oldest: int) -> tuple[dict[str, Out], Names]:
        """Files runs that follow all that their records hold."""
        before = runs.before(self.order)
        verdicts = {judge.series: judge.judge_all(runs.points, before) for judge in self.judges}
        outs: dict[str, Out] = {series: {} for series in verdicts}
        for series, one in verdicts.items():
            for which, buckets, sign in one.added:
                tally(outs[series], runs.cells(buckets, which), sign)
        if self.all_kept:
            return outs, self._extend(runs, oldest, thin=False)
        kept = [one.kept for one in verdicts.values() if one.kept is not None]
        if len(kept) < len(verdicts):
            return outs, self._extend(runs, oldest, thin=True)
        return outs, self._extend(runs.only(np.logical_or.reduce(kept)), oldest, thin=False)

    def _extend(self, runs: Runs, oldest: int, *, thin: bool) -> Names:
        """Gives the entities whose record changed."""
        order, changed = self.order, Names()
        firsts, others = runs.firsts()
        for name, points, x in firsts:  # redundant to no judge
            points.append(x)
            changed[name] = None
        for name, points, xs, _ in others.each():
            had, last, were = len(points), points[-1] if points else NEVER, points[:] if order > 1 else points
            points.extend(xs)
            if thin:
                self._thin_from(points, max(had - order, 0))
            if len(points) > order:
                self._forget(points, oldest)
            # of one order, what is as long and ends alike is alike
            if (points != were) if order > 1 else (len(points) != had or points[-1] != last):
                changed[name] = None
        return changed

    def _insert_runs(self, runs: Runs, oldest: int) -> Iterator[tuple[str, dict[str, Out]]]:
        """Files runs that may come before what their records hold, point by point."""
        for name, points, xs, segment in runs.each():
            pairs: Pairs = tuple((judge, {}) for judge in self.judges)
            self._insert_all(points, xs, pairs)
            if len(points) > self.order:
                self._forget(points, oldest)
            yield name, {judge.series: in_segment(out, segment, runs.width) for judge, out in pairs}

    def _insert_all(self, points: Points, xs: Points, pairs: Pairs) -> None:
        for x in xs:
            if self.once and (i := bisect_left(points, x)) < len(points) and points[i] == x:
                continue
            self._thin(points, self.insert(points, x, pairs))

    def insert(self, points: Points, x: int, pairs: Pairs) -> int:
        """Puts x among the points; gives its place.  The ``order`` points after it are judged anew."""
        i = bisect_right(points, x)
        end = min(i + self.order, len(points))
        for judge, out in pairs:
            for j in range(i, end):
                judge.judge(points, j, -1, out)
        points.insert(i, x)
        for judge, out in pairs:
            for j in range(i, end + 1):
                judge.judge(points, j, 1, out)
        return i

    def _thin(self, points: Points, i: int) -> None:
        """Only the new point and its neighbours can have become redundant; from the right, so that places stay put."""
        for j in range(min(i + self.order, len(points) - 1), max(i - self.order - 1, -1), -1):
            if all(judge.redundant(points, j) for judge in self.judges):
                del points[j]

    def _thin_from(self, points: Points, i: int) -> None:
        """All points from ``i`` on are new, but the first ``order`` of them."""
        while i < len(points):
            for judge in self.judges:
                if not judge.redundant(points, i):
                    i += 1
                    break
            else:
                del points[i]

    def _forget(self, points: Points, oldest: int) -> None:
        if points[self.order] < oldest:
            del points[: bisect_left(points, oldest) - self.order]


def oldest(grain: Grain, floor: int) -> int:
    """The floor as a point; NEVER where there is none yet."""
    return grain.of(floor) if floor > 0 else NEVER
