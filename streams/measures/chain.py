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
from collections import Counter
from collections.abc import Iterator, MutableMapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.state.port import NEVER
from streams.time.grains import Grain

Points = list[int]
Record = list[Points]
"""What is remembered of one entity: the points of each chain of its space."""

Out = dict[int, int]
"""bucket -> delta, of one series."""

Column = NDArray[np.int64]


class Arrivals(NamedTuple):
    """Points and whose they are, in any order: ``points[i]`` is of the entity ``names[codes[i]]``."""

    names: Sequence[str]
    codes: Column
    points: Column


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
    def judge_all(self, points: Column, before: Sequence[Column], out: Out) -> None:
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
    ) -> tuple[dict[str, Out], set[str]]:
        """Files each point in ``records[entity][place]``, changed in place.

        ``oldest`` is the floor as a point.  Gives series -> bucket -> delta, and the entities whose record changed.
        """
        pairs: Pairs = tuple((judge, {}) for judge in self.judges)
        runs = _Runs.of(arrivals, records, place, once=self.once)
        changed: set[str] = set()
        later, earlier = runs.split()
        self._append(later, pairs, oldest, changed)
        for name, points, xs in earlier.each():
            self._insert_all(points, xs, pairs)
            if len(points) > self.order:
                self._forget(points, oldest)
            changed.add(name)
        return {judge.series: out for judge, out in pairs}, changed

    def fold_each(
        self, arrivals: Arrivals, records: MutableMapping[str, Record], place: int, oldest: int
    ) -> Iterator[tuple[str, dict[str, Out]]]:
        """As ``fold``, entity by entity: what each adds, of those that have a point that is new."""
        for name, points, xs in _Runs.of(arrivals, records, place, once=self.once).each():
            pairs: Pairs = tuple((judge, {}) for judge in self.judges)
            self._insert_all(points, xs, pairs)
            if len(points) > self.order:
                self._forget(points, oldest)
            yield name, {judge.series: out for judge, out in pairs}

    def _append(self, runs: "_Runs", pairs: Pairs, oldest: int, changed: set[str]) -> None:
        """Files runs that follow all that their records hold."""
        before = runs.before(self.order)
        for judge, out in pairs:
            judge.judge_all(runs.points, before, out)
        order, all_kept = self.order, self.all_kept
        for name, points, xs in runs.each():
            had, last, were = len(points), points[-1] if points else NEVER, points[:] if order > 1 else points
            points.extend(xs)
            if not all_kept:
                self._thin_from(points, max(had - order, 0))
            if len(points) > order:
                self._forget(points, oldest)
            # of one order, what is as long and ends alike is alike
            if (points != were) if order > 1 else (len(points) != had or points[-1] != last):
                changed.add(name)

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


class _Runs(NamedTuple):
    """The points of a batch, entity by entity: run i is ``points[starts[i]:starts[i + 1]]``, rising.

    names        b       a          d
    points       3 5 9   1 6 6 8    2
    starts       0       3          7       8
    held, lasts: what each one's record holds, and the last of that (NEVER: nothing)
    """

    names: list[str]
    held: list[Points]
    lasts: Column
    points: Column
    starts: Column

    @classmethod
    def of(cls, arrivals: Arrivals, records: MutableMapping[str, Record], place: int, *, once: bool) -> "_Runs":
        """With ``once`` what comes again is left out, within the batch and of the last point that is held."""
        order = np.lexsort((arrivals.points, arrivals.codes))
        codes, points = arrivals.codes[order], arrivals.points[order]
        begins = np.append(True, codes[1:] != codes[:-1])[: len(codes)]
        names = [arrivals.names[code] for code in codes[begins].tolist()]
        held = [records[name][place] for name in names]
        lasts = np.array([own[-1] if own else NEVER for own in held], np.int64)
        runs = np.cumsum(begins) - 1
        if once:
            kept = (begins | np.append(True, points[1:] != points[:-1])[: len(codes)]) & (points != lasts[runs])
            points, runs = points[kept], runs[kept]
        return cls(names, held, lasts, points, np.searchsorted(runs, np.arange(len(names) + 1)))

    def split(self) -> tuple["_Runs", "_Runs"]:
        """Those that follow what their records hold, and the others; the rest has no points there."""
        lengths = self._lengths()
        there = lengths.nonzero()[0]
        early = np.zeros(len(lengths), np.bool_)
        early[there] = self.points[self.starts[there]] < self.lasts[there]
        if not early.any():
            return self, self._replace(points=self.points[:0], starts=np.zeros_like(self.starts))
        return self._only(~early, lengths), self._only(early, lengths)

    def _only(self, which: NDArray[np.bool_], lengths: Column) -> "_Runs":
        points, starts = self.points[np.repeat(which, lengths)], np.zeros_like(self.starts)
        np.where(which, lengths, 0).cumsum(out=starts[1:])
        return self._replace(points=points, starts=starts)

    def _lengths(self) -> Column:
        return self.starts[1:] - self.starts[:-1]

    def each(self) -> Iterator[tuple[str, Points, Points]]:
        """Name, what is held, and the points of each run that has any."""
        points, starts = self.points.tolist(), self.starts.tolist()
        for name, held, begin, end in zip(self.names, self.held, starts, starts[1:], strict=False):
            if begin < end:
                yield name, held, points[begin:end]

    def before(self, order: int) -> list[Column]:
        """For j below ``order`` the point j + 1 places before each, in the run or what is held; NEVER where none is.

        With each run goes room for what is held:  order 2    h h b b b | h h a a a a | h h d
        """
        lengths = self._lengths()
        at = np.arange(len(self.points)) + order * np.repeat(np.arange(1, len(lengths) + 1), lengths)
        flat = np.full(len(self.points) + order * len(lengths), NEVER, np.int64)
        flat[at] = self.points
        begins = self.starts[:-1] + order * np.arange(1, len(lengths) + 1)
        flat[begins - 1] = self.lasts
        for j in range(2, order + 1):
            flat[begins - j] = [own[-j] if len(own) >= j else NEVER for own in self.held]
        return [flat[at - j] for j in range(1, order + 1)]


def oldest(grain: Grain, floor: int) -> int:
    """The floor as a point; NEVER where there is none yet."""
    return grain.of(floor) if floor > 0 else NEVER


def tally(out: Out, buckets: Column, sign: int) -> None:
    """Adds ``sign`` to ``out`` for each bucket, as often as it is there."""
    for bucket, number in Counter(buckets.tolist()).items():
        out[bucket] = out.get(bucket, 0) + sign * number


def _new(*columns: Column) -> NDArray[np.bool_]:
    """Where any of these differs from the place before; the first place is new."""
    new = np.zeros(len(columns[0]), np.bool_)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return new
