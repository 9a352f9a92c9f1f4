"""first: entities whose first matching event ever lies in the window.  Record: one time, for ever.

Also how many distinct entities there ever were: every entity has one first event.
"""

from collections.abc import Callable

from streams.measures.chain import Judge, Out, Points


class First(Judge):
    """+1 in the bucket of the first point."""

    order = 1
    once = True

    def __init__(self, series: str, bucket: Callable[[int], int]) -> None:
        self.series, self.bucket = series, bucket

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Counts the point that has none before it."""
        if i == 0:
            bucket = self.bucket(points[0])
            out[bucket] = out.get(bucket, 0) + sign

    def redundant(self, points: Points, i: int) -> bool:  # noqa: ARG002 - the protocol's
        """All but the first."""
        return i > 0
