"""What arrives of a batch, and beside it what is remembered of the entities that it is of."""

from collections.abc import Iterator, MutableMapping, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.state.port import NEVER

_EXACT = 2**62

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]

Points = list[int]
Record = list[Points]
"""What is remembered of one entity: the points of each chain of its space."""

Names = dict[str, None]
"""Names, each once, in the order in which they came: what lies together in memory is gone through together."""


class Arrivals(NamedTuple):
    """Points and whose they are, in any order: ``points[i]`` is of the entity ``names[codes[i]]``.

    Where they are split it counts in ``segments[i]``, one of ``width`` many: in a chain and a net retention the same
    for all that is of one name.  None: they are not.
    """

    names: Sequence[str]
    codes: Column
    points: Column
    segments: Column | None = None
    width: int = 1

    def only(self, which: Mask | Column) -> "Arrivals":
        """Some of them, by a mask or by their places."""
        segments = None if self.segments is None else self.segments[which]
        return self._replace(codes=self.codes[which], points=self.points[which], segments=segments)

    def segments_of_names(self) -> Column:
        """By code."""
        found = np.zeros(len(self.names), np.int64)
        if self.segments is not None:
            found[self.codes] = self.segments
        return found


class Runs(NamedTuple):
    """The points of a batch, entity by entity: run i is ``points[starts[i]:starts[i + 1]]``, rising.

    names        b       a          d
    points       3 5 9   1 6 6 8    2
    starts       0       3          7       8
    held, lasts: what each one's record holds, and the last of that (NEVER: nothing)
    segments, width: as of the arrivals, one a run
    """

    names: Sequence[str]
    held: list[Points]
    lasts: Column
    points: Column
    starts: Column
    segments: Column | None
    width: int

    @classmethod
    def of(cls, arrivals: Arrivals, records: MutableMapping[str, Record], place: int, *, once: bool) -> "Runs":
        """With ``once`` what comes again is left out, within the batch and of the last point that is held."""
        codes, points = _in_order(arrivals.codes, arrivals.points)
        begins = np.append(True, codes[1:] != codes[:-1])[: len(codes)]
        present = codes[begins]
        names = arrivals.names
        if len(present) < len(names):
            names = [names[code] for code in present.tolist()]
        held = [records[name][place] for name in names]
        lasts = np.array([own[-1] if own else NEVER for own in held], np.int64)
        runs = np.cumsum(begins) - 1
        if once:
            kept = (begins | np.append(True, points[1:] != points[:-1])[: len(codes)]) & (points != lasts[runs])
            points, runs = points[kept], runs[kept]
        segments = None if arrivals.segments is None else arrivals.segments_of_names()[present]
        starts = np.searchsorted(runs, np.arange(len(names) + 1))
        return cls(names, held, lasts, points, starts, segments, arrivals.width)

    def split(self) -> tuple["Runs", "Runs"]:
        """Those that follow what their records hold, and the others; the rest has no points there."""
        lengths = self._lengths()
        there = lengths.nonzero()[0]
        early = np.zeros(len(lengths), np.bool_)
        early[there] = self.points[self.starts[there]] < self.lasts[there]
        if not early.any():
            return self, self._replace(points=self.points[:0], starts=np.zeros_like(self.starts))
        of_points = np.repeat(early, lengths)
        return self.only(~of_points), self.only(of_points)

    def only(self, which: Mask) -> "Runs":
        """Some of the points; runs may be left that have none."""
        before = np.zeros(len(self.points) + 1, np.int64)
        which.cumsum(out=before[1:])
        return self._replace(points=self.points[which], starts=before[self.starts])

    def cells(self, buckets: Column, which: Mask) -> Column:
        """Of some of the points, in these buckets."""
        if self.segments is None:
            return buckets
        return buckets * self.width + np.repeat(self.segments, self._lengths())[which]

    def firsts(self) -> tuple[Iterator[tuple[str, Points, int]], "Runs"]:
        """Name, what is held and the point of each run that is the first point of its entity; and the other runs."""
        lengths = self._lengths()
        first = (lengths == 1) & (self.lasts == NEVER)
        which, points = first.tolist(), self.points[self.starts[:-1][first]].tolist()
        alone = zip(compress(self.names, which), compress(self.held, which), points, strict=True)
        return alone, self.only(~np.repeat(first, lengths))

    def each(self) -> Iterator[tuple[str, Points, Points, int]]:
        """Name, what is held, the points, and the segment of each run that has any points."""
        lengths = self._lengths()
        there = lengths.nonzero()[0]
        segments = np.zeros_like(lengths) if self.segments is None else self.segments
        points, ends = self.points.tolist(), self.starts[there + 1].tolist()
        begin = 0
        for run, end, segment in zip(there.tolist(), ends, segments[there].tolist(), strict=True):
            yield self.names[run], self.held[run], points[begin:end], segment
            begin = end

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

    def _lengths(self) -> Column:
        return self.starts[1:] - self.starts[:-1]


def _in_order(codes: Column, points: Column) -> tuple[Column, Column]:
    """By entity, then rising: sorted as one number each, where that fits into one."""
    if not len(points):
        return codes, points
    lowest = int(points.min())
    width = int(points.max()) - lowest + 1
    if (int(codes.max()) + 1) * width >= _EXACT:
        order = np.lexsort((points, codes))
        return codes[order], points[order]
    codes, points = np.divmod(np.sort(codes * width + (points - lowest)), width)
    return codes, points + lowest
