"""lifecycle: of the entities active in a calendar period, who is new, retained or resurrected; and who went dormant.

An entity's first day of a period is judged by its period before, wherever that is:

    periods     1      2      3      4       new           +1 on the first day ever
    active      x      x             x       retained      +1 on a first day that follows the period before
                new    ret.          res.    resurrected   +1 on one that follows an earlier period
    dormant            +1 -1  +1             dormant       +1 on the first day of the period *after* one that is active,
                                                           -1 on the day when it turns out to be retained

The sum from a period's first day to any day is the number at that day.  So dormant is who was active in the period
before, less who was retained so far: each starts the period dormant, and all its cells lie in the period they tell of.

An activity that comes late is judged, and so is the next one wherever it is: one in period 1 turns the new of period 4
into a resurrected.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

import numpy as np

from schemas.definition.model import Part
from streams.measures.chain import Judge, Verdicts
from streams.measures.numbers import Numbers
from streams.measures.out import Out
from streams.measures.runs import Column, Points
from streams.state.port import NEVER


class Lifecycle(Judge):
    """Points are days; ``period`` numbers the period of a day, ``first_day`` is that of a period.

    The part ``active`` is ``DistinctCalendar``.
    """

    order = 1
    once = True

    def __init__(self, series: str, part: Part, period: Callable[[int], int], first_day: Callable[[int], int]) -> None:
        self.series, self.part = series, part
        self._periods, self._first_days = Numbers(period), Numbers(first_day)

    def judge(self, points: Points, i: int, sign: int, out: Out) -> None:
        """Counts the first day of each period."""
        x, period = points[i], self._periods.of(points[i])
        before = self._periods.of(points[i - 1]) if i else None
        if before != period:
            for bucket, number in self._cells(x, period, before):
                out[bucket] = out.get(bucket, 0) + sign * number

    def _cells(self, x: int, period: int, before: int | None) -> Iterator[tuple[int, int]]:
        retained = before == period - 1
        match self.part:
            case Part.NEW if before is None:
                yield x, 1
            case Part.RETAINED if retained:
                yield x, 1
            case Part.RESURRECTED if before is not None and not retained:
                yield x, 1
            case Part.DORMANT:
                yield self._first_days.of(period + 1), 1
                if retained:
                    yield x, -1

    def judge_all(self, points: Column, before: Sequence[Column]) -> Verdicts:
        new = before[0] == NEVER
        periods = self._periods.column(points)
        apart = periods - self._periods.column(np.where(new, points, before[0]))
        retained, kept = apart == 1, new | (apart > 0)
        match self.part:
            case Part.NEW:
                return Verdicts([(new, points[new], 1)], kept)
            case Part.RETAINED:
                return Verdicts([(retained, points[retained], 1)], kept)
            case Part.RESURRECTED:
                return Verdicts([(apart > 1, points[apart > 1], 1)], kept)
            case Part.DORMANT:
                dormant = self._first_days.column(periods[kept] + 1)
                return Verdicts([(kept, dormant, 1), (retained, points[retained], -1)], kept)
            case Part.ACTIVE:
                raise TypeError(self.part)
            case _:
                assert_never(self.part)

    def redundant(self, points: Points, i: int) -> bool:
        """All but the first of each period."""
        return i > 0 and self._periods.of(points[i - 1]) == self._periods.of(points[i])
