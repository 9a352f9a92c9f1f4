"""repeat: matching events that follow an earlier one of the same entity by at most ``within_ms`` (None: however late).

Without a limit every event but the first is one, and the record is the first time.  With a limit the record is the
times inside the horizon and the one before; of three within ``within_ms`` the middle one says nothing.
"""

from collections.abc import Callable

from streams.measures.chain import Judge, Out, Points


class Repeat(Judge):
    """+1 in the bucket of a point that follows another closely enough."""

    order = 1
    once = False  # two events at one instant are two events, the second a repeat

    def __init__(self, series: str, within_ms: int | None, bucket: Callable[[int], int]) -> None:
        self.series, self.within_ms, self.bucket = series, within_ms, bucket

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Counts a point by its distance from the one before."""
        if i and (self.within_ms is None or points[i] - points[i - 1] <= self.within_ms):
            bucket = self.bucket(points[i])
            out[bucket] = out.get(bucket, 0) + sign

    def redundant(self, points: Points, i: int) -> bool:
        """What stands between two points that are close without it."""
        if i == 0:
            return False
        before = points[i - 1]
        if self.within_ms is None or before == points[i]:
            return True
        return i + 1 < len(points) and points[i + 1] - before <= self.within_ms
