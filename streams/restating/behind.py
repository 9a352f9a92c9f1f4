"""Which events of a batch came when the piece of time that they lie in was over in their own partition.

Judged in log order by the log alone: the latest time counted before an event is what its partition had *reached*.

    days     5  5  6  5  6  6  5  7
    reached  5  5  5  6  6  6  6  6
                      ^        ^       behind: the day is below what was reached

A day, or a bucket of whatever size some window is cut in: an event may be behind by one and not by another.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streams.events.columns import Column
from streams.state.port import NEVER
from streams.time.calendar import Times
from streams.time.grains import Grain


class Behind(NamedTuple):
    """The events of a batch that are behind at some grain.

    places    where they stand in the batch, which has so many ``events``
    before    the latest time that was counted before each
    own       of each grain, by its label, the pieces that they lie in
    reached   and those of ``before``
    """

    events: int
    places: Column
    before: Times
    own: Mapping[str, Column]
    reached: Mapping[str, Column]

    def over(self, label: str) -> Column:
        """Of each the piece that was reached when it came; NEVER where it is not behind at this grain."""
        return np.where(self.own[label] < self.reached[label], self.reached[label], NEVER)

    def column(self, label: str) -> Column:
        """``over`` for all events of the batch."""
        column = np.full(self.events, NEVER, np.int64)
        column[self.places] = self.over(label)
        return column


def behind(times: Times, before: Times, grains: Mapping[str, Grain]) -> Behind | None:
    """``before`` is the latest time counted before each, NEVER where there was none.  None where none is behind."""
    places = np.flatnonzero((times < before) & (before != NEVER))
    if not len(places):
        return None
    own = {label: grain.column(times[places]) for label, grain in grains.items()}
    reached = {label: grain.column(before[places]) for label, grain in grains.items()}
    over = np.zeros(len(places), np.bool_)
    for label in grains:
        over |= own[label] < reached[label]
    if not over.any():
        return None
    return Behind(
        len(times),
        places[over],
        before[places[over]],
        {label: column[over] for label, column in own.items()},
        {label: column[over] for label, column in reached.items()},
    )
