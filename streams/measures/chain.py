"""The record that first, repeat and distinct share: an entity's points inside the horizon, and the few before it.

A kind is a *judge of order k* when an entity's contribution is the sum, over its points in order, of something that
depends only on the point and the k points before it.  Then an insertion takes back what the k points that follow were
judged to be, judges the new point, and judges those again, whatever the order of arrival.  The record is

    x ...  x    x   |x      x  x     x          points >= floor, and the k greatest below
           `-- k --'floor

Points at one instant are interchangeable to a judge, so no id is kept.  A point is *redundant* when forgetting it
changes no judgement now nor after any later insertion; each judge says which, and so bounds the record by the horizon
alone, not by how busy the entity is.  Several judges may share one record: the order is the largest, a point goes
when it is redundant to all.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, MutableMapping
from typing import Protocol

from streams.time.grains import Grain

Points = list[int]
Record = list[Points]
"""What is remembered of one entity: the points of each chain of its space."""

Out = dict[int, int]
"""bucket -> delta, of one series."""


class Judge(Protocol):
    """One kind of measure over one series.  Pure: what it changes goes to ``out``."""

    series: str
    order: int
    once: bool
    """Whether a second point equal to one that is there says nothing."""

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Adds to ``out`` what point ``i`` contributes, given the points before it, times ``sign``."""

    def redundant(self, points: Points, i: int) -> bool:
        """Whether forgetting point ``i`` changes no judgement, now or ever."""


class Chain:
    """Judges over the points of one selection of events, cut at one grain."""

    def __init__(self, judges: tuple[Judge, ...], grain: Grain) -> None:
        self.judges, self.grain = judges, grain
        self.order = max(judge.order for judge in judges)
        self.once = all(judge.once for judge in judges)
        self._redundant = judges[0].redundant if len(judges) == 1 else self._redundant_to_all

    def fold(
        self, arrivals: Iterable[tuple[str, int]], records: MutableMapping[str, Record], place: int, oldest: int
    ) -> tuple[dict[str, Out], set[str]]:
        """Files each (entity, point) in ``records[entity][place]``, changed in place.

        ``oldest`` is the floor as a point.  Gives series -> bucket -> delta, and the entities whose record changed.
        """
        outs: list[Out] = [{} for _ in self.judges]
        pairs = tuple(zip(self.judges, outs, strict=True))
        changed: set[str] = set()
        once, prune, thin, redundant = (
            self.once,
            self._prune,
            self._thin,
            self._redundant,
        )  # bound once: this loop is hot
        for entity, x in arrivals:
            points = records[entity][place]
            if points and x <= points[-1]:
                if once and points[bisect_left(points, x)] == x:
                    continue
                thin(points, self.insert(points, x, pairs))
            else:  # the usual case: nothing follows it
                last = len(points)
                points.append(x)
                for judge, out in pairs:
                    judge.judge(points, last, 1, out)
                if last:
                    if redundant(points, last):  # as often as not: it says nothing that the one before does not say
                        points.pop()
                        continue
                    if redundant(points, last - 1):
                        del points[last - 1]
            if points[0] < oldest:
                prune(points, oldest)
            changed.add(entity)
        return {judge.series: out for judge, out in pairs}, changed

    def insert(self, points: Points, x: int, pairs: tuple[tuple[Judge, Out], ...]) -> int:
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

    def _prune(self, points: Points, oldest: int) -> None:
        below = bisect_left(points, oldest)
        if below > self.order:
            del points[: below - self.order]

    def _thin(self, points: Points, i: int) -> None:
        """Only the new point and its neighbours can have become redundant; from the right, so that places stay put."""
        for j in range(min(i + self.order, len(points) - 1), max(i - 2, -1), -1):
            if self._redundant(points, j):
                del points[j]

    def _redundant_to_all(self, points: Points, i: int) -> bool:
        return all(judge.redundant(points, i) for judge in self.judges)
