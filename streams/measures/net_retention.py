"""net_retention: what the entities that paid in the period before come to in this one, beside what they came to then.

With a(p) for what an entity's amounts in period p add up to:

    periods      1      2      3           base   max(a(p - 1), 0), on the first day of p
    a            10     4      7           kept   each amount of p on its day, where a(p - 1) > 0
    base                10     4
    kept                4      7           over all entities; so base is whole from the first day of p on, and the sum
                                           of kept from that day to any other is what was kept by then

An amount in p changes the base of p + 1, and is kept where a(p - 1) > 0.  Where it turns the sign of a(p), everything
that the entity came to in p + 1 is filed, or taken back, day by day.  So the record holds amounts by day of the periods
after the floor's.  Of that period and the one before, whose days can be filed no more, it holds the sum, on their first
day; of what lies before nothing:

           a(p - 1)    a(p)   d  d   d  d
    -------x-----------x------x--x---x--x---
                         |floor's period p

It is as flat as that of a chain: ``[day, amount, day, amount, ..]``, by rising days, no amount 0.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, MutableMapping
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from schemas.definition.model import NetPart
from streams.events.columns import Column
from streams.measures.additive import Groups
from streams.measures.out import Out, in_segment, merge
from streams.measures.runs import Arrivals, Names, Points, Record
from streams.state.port import NEVER

Added = tuple[int, int, int]
"""Whose, by its code, on which day, and how much."""


class _Parts(NamedTuple):
    """day -> delta."""

    base: Out
    kept: Out


class NetRetention:
    """By one unit of the calendar.  ``series`` names those of the parts that are read."""

    def __init__(
        self, series: dict[NetPart, str], period: Callable[[int], int], first_day: Callable[[int], int]
    ) -> None:
        self.series = series
        self._period, self._first_day = period, first_day

    def fold(
        self, arrivals: Arrivals, amounts: Column, records: MutableMapping[str, Record], place: int, oldest: int
    ) -> tuple[dict[str, Out], Names]:
        """Adds each amount to ``records[entity][place]``; the points are days, ``oldest`` is the floor's.

        Gives series -> cell -> delta, and the entities whose record changed.
        """
        outs: dict[str, Out] = {series: {} for series in self.series.values()}
        of_segments = defaultdict[int, _Parts](lambda: _Parts({}, {}))
        changed = Names()
        segments = arrivals.segments_of_names().tolist()
        for code, several in groupby(_by_day(arrivals, amounts), itemgetter(0)):
            name, parts = arrivals.names[code], of_segments[segments[code]]
            if self._file(records[name], place, several, parts, oldest):
                changed[name] = None
        for segment, parts in of_segments.items():
            for series, out in self._outs(parts).items():
                merge(outs[series], in_segment(out, segment, arrivals.width))
        return outs, changed

    def fold_each(
        self, arrivals: Arrivals, amounts: Column, records: MutableMapping[str, Record], place: int, oldest: int
    ) -> Iterator[tuple[str, dict[str, Out]]]:
        """As ``fold``, entity by entity: what each adds."""
        segments = arrivals.segments_of_names().tolist()
        for code, several in groupby(_by_day(arrivals, amounts), itemgetter(0)):
            name, parts = arrivals.names[code], _Parts({}, {})
            self._file(records[name], place, several, parts, oldest)
            found = self._outs(parts)
            yield name, {series: in_segment(out, segments[code], arrivals.width) for series, out in found.items()}

    def _file(self, record: Record, place: int, several: Iterator[Added], parts: "_Parts", oldest: int) -> bool:
        """Whether the record is another one."""
        days = dict(zip(record[place][::2], record[place][1::2], strict=True))
        self._add(days, several, *parts)
        was, record[place] = record[place], self._flat(days, oldest)
        return was != record[place]

    def _outs(self, parts: "_Parts") -> dict[str, Out]:
        outs = {NetPart.BASE: parts.base, NetPart.KEPT: parts.kept}
        return {series: outs[part] for part, series in self.series.items()}

    def _add(self, days: dict[int, int], several: Iterator[Added], base: Out, kept: Out) -> None:
        sums: Out = {}
        for day, amount in days.items():
            _put(sums, self._period(day), amount)
        for _, day, amount in several:
            period = self._period(day)
            was = sums.get(period, 0)
            now = sums[period] = was + amount
            _put(base, self._first_day(period + 1), max(now, 0) - max(was, 0))
            if sums.get(period - 1, 0) > 0:
                _put(kept, day, amount)
            if (was > 0) != (now > 0):
                sign = 1 if now > 0 else -1
                for later, number in days.items():
                    if self._period(later) == period + 1:
                        _put(kept, later, sign * number)
            _put(days, day, amount)

    def _flat(self, days: dict[int, int], oldest: int) -> Points:
        """What may still change something."""
        if oldest != NEVER:
            running, held = self._period(oldest), days
            days = {}
            for day, amount in held.items():
                period = self._period(day)
                if period >= running - 1:
                    _put(days, day if period > running else self._first_day(period), amount)
        return [number for day in sorted(days) if days[day] for number in (day, days[day])]


def _by_day(arrivals: Arrivals, amounts: Column) -> Iterator[Added]:
    """What each entity's amounts of a day add up to, entity by entity."""
    if not len(amounts):
        return
    lowest, width = int(arrivals.points.min()), int(np.ptp(arrivals.points)) + 1
    groups = Groups(arrivals.codes * width + (arrivals.points - lowest))
    for key, amount in zip(groups.keys, groups.sums(amounts), strict=True):
        yield key // width, lowest + key % width, amount


def _put(numbers: dict[int, int], key: int, number: int) -> None:
    numbers[key] = numbers.get(key, 0) + number
