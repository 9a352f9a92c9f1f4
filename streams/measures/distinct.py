"""distinct: entities with a matching event in the window, calendar or rolling.

Calendar: the cell is the *day* of the first event of the period, not the period: the sum from the period's first day
to any day is then the number at that day, which past moments need.

Rolling over L pieces: a point covers the moments [x, x + L); what the point before it covers already is left out.

    L = 4        a . . . )
                       b|. . . )     b adds [max(b, a + L), b + L)
                 +     ^       -

+1 where coverage starts, -1 where it ends: the reading at any piece is the sum of all cells up to and including it.
"""

from collections.abc import Callable, Sequence

import numpy as np

from streams.measures.chain import Column, Judge, Out, Points, tally
from streams.state.port import NEVER


class DistinctCalendar(Judge):
    """Points are days; ``period`` numbers the period of a day, None: every day is one of its own."""

    order = 1
    once = True

    def __init__(self, series: str, period: Callable[[int], int] | None) -> None:
        self.series, self._period, self.all_kept = series, period, period is None

    def period(self, x: int) -> int:
        """The period of a point."""
        return x if self._period is None else self._period(x)

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Counts the first day of each period."""
        x = points[i]
        if i == 0 or self.period(points[i - 1]) != self.period(x):
            out[x] = out.get(x, 0) + sign

    def judge_all(self, points: Column, before: Sequence[Column], out: Out) -> None:
        alone = before[0] == NEVER
        periods, others = self._periods(points), self._periods(np.where(alone, points, before[0]))
        tally(out, points[alone | (periods != others)], 1)

    def _periods(self, points: Column) -> Column:
        if self._period is None:
            return points
        days, places = np.unique(points, return_inverse=True)
        periods: Column = np.array([self._period(day) for day in days.tolist()], np.int64)[places]
        return periods

    def redundant(self, points: Points, i: int) -> bool:
        """All but the first of each period."""
        return i > 0 and self.period(points[i - 1]) == self.period(points[i])


class DistinctRolling(Judge):
    """Points are days or buckets; ``length`` is L, in points."""

    order = 1
    once = True

    def __init__(self, series: str, length: int) -> None:
        self.series, self.length = series, length

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Adds what point ``i`` covers beyond the one before it."""
        x = points[i]
        start = max(x, points[i - 1] + self.length) if i else x
        end = x + self.length
        if start < end:
            out[start] = out.get(start, 0) + sign
            out[end] = out.get(end, 0) - sign

    def judge_all(self, points: Column, before: Sequence[Column], out: Out) -> None:
        starts, ends = np.maximum(points, before[0] + self.length), points + self.length  # NEVER lies far below
        covers = starts < ends
        tally(out, starts[covers], 1)
        tally(out, ends[covers], -1)

    def redundant(self, points: Points, i: int) -> bool:
        """What stands between two points whose coverage meets without it."""
        if i == 0:
            return False
        before = points[i - 1]
        return before == points[i] or (i + 1 < len(points) and points[i + 1] - before <= self.length)
