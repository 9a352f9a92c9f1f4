"""distinct: entities with at least n matching events in the window, calendar or rolling.

Calendar: the cell is the *day* of the n-th event of the period, not the period: the sum from the period's first day
to any day is then the number at that day, which past moments need.

Rolling over L pieces: n points that end with x cover the moments [x, first of them + L); what the n before x cover
already is left out.

    n = 1, L = 4     a . . . )
                           b|. . . )     b adds [max(b, a + L), b + L)
                     +     ^       -

+1 where coverage starts, -1 where it ends: the reading at any piece is the sum of all cells up to and including it.
"""

from collections.abc import Callable, Sequence

import numpy as np

from streams.measures.chain import Judge, Verdicts
from streams.measures.numbers import Numbers
from streams.measures.out import Out
from streams.measures.runs import Column, Points
from streams.state.port import NEVER


class DistinctCalendar(Judge):
    """Points are days; ``period`` numbers the period of a day, None: every day is one of its own."""

    def __init__(self, series: str, period: Callable[[int], int] | None, at_least: int = 1) -> None:
        self.series, self.order = series, at_least
        self.once = at_least == 1
        self.all_kept = period is None and self.once
        self._periods = Numbers(period)

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Counts the n-th day of each period."""
        x, n, of = points[i], self.order, self._periods.of
        if i < n - 1 or (n > 1 and of(points[i - n + 1]) != of(x)):
            return
        if i < n or of(points[i - n]) != of(x):
            out[x] = out.get(x, 0) + sign

    def judge_all(self, points: Column, before: Sequence[Column]) -> Verdicts:
        last = before[self.order - 1]
        alone, periods = last == NEVER, self._periods.column(points)
        kept = counted = alone | (periods != self._periods.column(np.where(alone, points, last)))
        if self.order > 1:
            first = before[self.order - 2]
            inside = periods == self._periods.column(np.where(first == NEVER, points, first))
            counted = kept & (first != NEVER) & inside
        return Verdicts([(counted, points[counted], 1)], kept)

    def redundant(self, points: Points, i: int) -> bool:
        """All but the first n of each period."""
        return i >= self.order and self._periods.of(points[i - self.order]) == self._periods.of(points[i])


class DistinctRolling(Judge):
    """Points are days or buckets; ``length`` is L, in points."""

    def __init__(self, series: str, length: int, at_least: int = 1) -> None:
        self.series, self.length, self.order = series, length, at_least
        self.once = at_least == 1

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Adds what the n points up to ``i`` cover beyond those up to the one before it."""
        x, n = points[i], self.order
        if i < n - 1:
            return
        start = max(x, points[i - n] + self.length) if i >= n else x
        end = points[i - n + 1] + self.length
        if start < end:
            out[start] = out.get(start, 0) + sign
            out[end] = out.get(end, 0) - sign

    def judge_all(self, points: Column, before: Sequence[Column]) -> Verdicts:
        first = points if self.order == 1 else before[self.order - 2]
        starts = np.maximum(points, before[self.order - 1] + self.length)  # NEVER lies far below
        ends = first + self.length
        covers = starts < ends
        return Verdicts([(covers, starts[covers], 1), (covers, ends[covers], -1)])

    def redundant(self, points: Points, i: int) -> bool:
        """What n others stand beside in every window that it is in.

        A window with fewer would lie between two points, n + 1 places apart, on both sides of this one.
        """
        n = self.order
        if i < n:
            return False
        if points[i - n] == points[i]:
            return True
        if i + n >= len(points):
            return False
        for j in range(i - n, i):  # noqa: SIM110 - all() of a generator takes three times as long
            if points[j + n + 1] - points[j] > self.length:
                return False
        return True
