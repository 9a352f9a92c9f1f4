"""repeat: matching events that follow an earlier one of the same entity by at most ``within_ms`` (None: however late).

Without a limit every event but the first is one, and the record is the first time.  With a limit the record is the
times inside the horizon and the one before; of three within ``within_ms`` the middle one says nothing.
"""

from collections.abc import Sequence

from streams.measures.chain import Judge, Verdicts
from streams.measures.out import Out
from streams.measures.runs import Column, Points
from streams.state.port import NEVER
from streams.time.grains import Grain


class Repeat(Judge):
    """+1 in the bucket of a point that follows another closely enough."""

    order = 1
    once = False  # two events at one instant are two events, the second a repeat

    def __init__(self, series: str, within_ms: int | None, grain: Grain) -> None:
        self.series, self.within_ms, self.grain = series, within_ms, grain

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Counts a point by its distance from the one before."""
        if i and (self.within_ms is None or points[i] - points[i - 1] <= self.within_ms):
            bucket = self.grain.of(points[i])
            out[bucket] = out.get(bucket, 0) + sign

    def judge_all(self, points: Column, before: Sequence[Column]) -> Verdicts:
        counted, kept = before[0] != NEVER, None
        if self.within_ms is None:
            kept = ~counted
        else:
            counted &= points - before[0] <= self.within_ms
        return Verdicts([(counted, self.grain.column(points[counted]), 1)], kept)

    def redundant(self, points: Points, i: int) -> bool:
        """What stands between two points that are close without it."""
        if i == 0:
            return False
        before = points[i - 1]
        if self.within_ms is None or before == points[i]:
            return True
        return i + 1 < len(points) and points[i + 1] - before <= self.within_ms
