"""first: entities whose first matching event ever lies in the window.  Record: one time, for ever.

Also how many distinct entities there ever were: every entity has one first event.
"""

from collections.abc import Sequence

from streams.measures.chain import Judge, Verdicts
from streams.measures.out import Out
from streams.measures.runs import Column, Points
from streams.state.port import NEVER
from streams.time.grains import Grain


class First(Judge):
    """+1 in the bucket of the first point."""

    order = 1
    once = True

    def __init__(self, series: str, grain: Grain) -> None:
        self.series, self.grain = series, grain

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Counts the point that has none before it."""
        if i == 0:
            bucket = self.grain.of(points[0])
            out[bucket] = out.get(bucket, 0) + sign

    def judge_all(self, points: Column, before: Sequence[Column]) -> Verdicts:
        first = before[0] == NEVER
        return Verdicts([(first, self.grain.column(points[first]), 1)], first)

    def redundant(self, points: Points, i: int) -> bool:  # noqa: ARG002 - the protocol's
        """All but the first."""
        return i > 0
