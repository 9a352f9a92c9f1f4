"""What is remembered of one entity for one dimension, as a record.

    [first, t, number] [series, bucket, delta, ..]    open: when its first event was; when the first was that carried a
    [first]            [series, bucket, delta, ..]    value in time, and which; and all that it has added to cells
    [number]                                          settled: the segment that it is in, for good

    events    -      -      a      b          |within
              first         t: it is in a  ───┤
                                       settled once the floor is past t, or past first + within

Of two values carried at one instant the one of the smaller number counts.  So what is known is two minima, which no
order, batch or repetition changes; and an entity that is open did all that it ever did within ``within`` and the
lateness, so its list is no longer than the cells that lie there, however busy it is.  Of a distribution a bucket stands
in one number with a bin of it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from streams.measures.runs import Points, Record

Carried = tuple[int, int]
"""When a value was carried, and the number of its segment."""
Cell = tuple[int, int]
"""The number of a series, and a bucket."""


class Seen(NamedTuple):
    """Of the events of one entity in a batch: when the first was, and the first that carried a value."""

    first: int
    carried: Carried | None


class Memory:
    """``none`` is the segment of who carried no value up to ``within_ms`` after the first event."""

    def __init__(self, within_ms: int, none: int) -> None:
        self._within_ms, self._none = within_ms, none

    def begun(self) -> Record:
        """Of an entity that is not known yet."""
        return [[], []]

    def is_open(self, record: Record) -> bool:
        """Whether an event may still show that it belongs elsewhere."""
        return len(record) > 1

    def segment(self, record: Record) -> int:
        """The number of the segment that it is in, as far as is known."""
        known = record[0]
        if len(record) == 1:
            return known[0]
        return known[2] if len(known) > 1 else self._none

    def settles(self, record: Record, floor: int) -> bool:
        """Whether no event at or above the floor can change the segment any more."""
        known = record[0]
        return bool(known) and floor > (known[1] if len(known) > 1 else known[0] + self._within_ms)

    def settled(self, record: Record) -> Record:
        """What is left of it then."""
        return [[self.segment(record)]]

    def met(self, record: Record, seen: Seen) -> Points:
        """What is known of an open entity together with these events; a value that came too late is forgotten."""
        known = record[0]
        first = min(known[0], seen.first) if known else seen.first
        carried = [(known[1], known[2])] if len(known) > 1 else []
        if seen.carried is not None:
            carried.append(seen.carried)
        found = min(carried, default=None)
        return [first] if found is None or found[0] - first > self._within_ms else [first, *found]


def added_by(record: Record) -> dict[Cell, int]:
    """All that an open entity has added."""
    flat = record[1]
    return dict(zip(zip(flat[::3], flat[1::3], strict=True), flat[2::3], strict=True))


def with_added(record: Record, more: Mapping[Cell, int]) -> Points:
    """The list with more added, in a fixed order; what comes to nothing is left out."""
    sums = added_by(record)
    for cell, delta in more.items():
        sums[cell] = sums.get(cell, 0) + delta
    return [number for cell in sorted(sums) if sums[cell] for number in (*cell, sums[cell])]
