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

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, MutableMapping
from functools import partial

from streams.time.grains import Grain

Points = list[int]
Record = list[Points]
"""What is remembered of one entity: the points of each chain of its space."""

Out = dict[int, int]
"""bucket -> delta, of one series."""


class Judge(ABC):
    """One kind of measure over one series.  Pure: what it changes goes to ``out``.

    ``once`` says whether a second point equal to one that is there says nothing.
    """

    series: str
    order: int
    once: bool

    @abstractmethod
    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Adds to ``out`` what point ``i`` contributes, given the points before it, times ``sign``."""

    @abstractmethod
    def redundant(self, points: Points, i: int) -> bool:
        """Whether forgetting point ``i`` changes no judgement, now or ever."""

    def extend(self, points: Points, x: int, out: Out) -> bool:
        """Files x after all other points, and says whether they have changed.  A kind that can be quicker, may."""
        return _extend(((self, out),), points, x)


Pairs = tuple[tuple[Judge, Out], ...]


class Chain:
    """Judges over the points of one selection of events, cut at one grain."""

    def __init__(self, judges: tuple[Judge, ...], grain: Grain) -> None:
        self.judges, self.grain = judges, grain
        self.order = max(judge.order for judge in judges)
        self.once = all(judge.once for judge in judges)

    def fold(
        self, arrivals: Iterable[tuple[str, int]], records: MutableMapping[str, Record], place: int, oldest: int
    ) -> tuple[dict[str, Out], set[str]]:
        """Files each (entity, point) in ``records[entity][place]``, changed in place.

        ``oldest`` is the floor as a point.  Gives series -> bucket -> delta, and the entities whose record changed.
        """
        pairs: Pairs = tuple((judge, {}) for judge in self.judges)
        extend: Callable[[Points, int], bool] = partial(_extend, pairs)
        if len(pairs) == 1:
            extend = partial(self.judges[0].extend, out=pairs[0][1])
        changed: set[str] = set()
        once, order = self.once, self.order
        for entity, x in arrivals:
            points = records[entity][place]
            if points and x <= points[-1]:
                if once and points[bisect_left(points, x)] == x:
                    continue
                self._thin(points, self.insert(points, x, pairs))
            elif not extend(points, x):
                continue  # the usual case: nothing follows it, and as often as not it says nothing new
            if len(points) > order and points[order] < oldest:
                del points[: bisect_left(points, oldest) - order]
            changed.add(entity)
        return {judge.series: out for judge, out in pairs}, changed

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
        for j in range(min(i + self.order, len(points) - 1), max(i - 2, -1), -1):
            if all(judge.redundant(points, j) for judge in self.judges):
                del points[j]


def _extend(pairs: Pairs, points: Points, x: int) -> bool:
    """A point that says nothing that the one before does not say is counted and forgotten at once."""
    last = len(points)
    points.append(x)
    for judge, out in pairs:
        judge.judge(points, last, 1, out)
    if last:
        if all(judge.redundant(points, last) for judge, _ in pairs):
            points.pop()
            return False
        if all(judge.redundant(points, last - 1) for judge, _ in pairs):
            del points[last - 1]
    return True
