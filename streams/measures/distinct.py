"""distinct: entities with a matching event in the window, calendar or rolling.

Calendar: the cell is the *day* of the first event of the period, not the period: the sum from the period's first day
to any day is then the number at that day, which past moments need.

Rolling over L pieces: a point covers the moments [x, x + L); what the point before it covers already is left out.

    L = 4        a . . . )
                       b|. . . )     b adds [max(b, a + L), b + L)
                 +     ^       -

+1 where coverage starts, -1 where it ends: the reading at any piece is the sum of all cells up to and including it.
"""

from collections.abc import Callable

from streams.measures.chain import Judge, Out, Points


class DistinctCalendar(Judge):
    """Points are days."""

    order = 1
    once = True

    def __init__(self, series: str, period: Callable[[int], int]) -> None:
        self.series, self.period = series, period

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Counts the first day of each period."""
        x = points[i]
        if i == 0 or self.period(points[i - 1]) != self.period(x):
            out[x] = out.get(x, 0) + sign

    def redundant(self, points: Points, i: int) -> bool:
        """All but the first of each period."""
        return i > 0 and self.period(points[i - 1]) == self.period(points[i])

    def extend(self, points: Points, x: int, out: Out) -> bool:
        """A later point never makes the one before redundant."""
        if points and self.period(points[-1]) == self.period(x):
            return False
        out[x] = out.get(x, 0) + 1
        points.append(x)
        return True


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

    def redundant(self, points: Points, i: int) -> bool:
        """What stands between two points whose coverage meets without it."""
        if i == 0:
            return False
        before = points[i - 1]
        return before == points[i] or (i + 1 < len(points) and points[i + 1] - before <= self.length)
