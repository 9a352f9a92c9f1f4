"""What nobody is remembered for, and came late: the events that are behind, folded once more.

What they add is the same whenever they come.  So that it can be told by the piece they lie in and the one that was
reached, both go through the fold as one number, in place of a piece of time:

    own       5  5  4
    reached   6  7  6      ─▶ numbers  0  1  2 ─▶ fold ─▶ fields  0|city|Ede ─▶ 5@6|city|Ede
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from streams.events.admission import Batch
from streams.events.columns import Column, RowReader
from streams.fold import Records, Work
from streams.plan import Additive, SourcePlan
from streams.restating.added import Added
from streams.restating.behind import Behind
from streams.time.calendar import Times


class _Numbers(NamedTuple):
    """Of each event the number of its pair of pieces, in place of a piece of time.  ``times`` are events by number."""

    label: str
    numbers: Column
    pairs: list[tuple[int, int]]

    def of(self, t: int) -> int:
        """Of one event."""
        return int(self.numbers[t])

    def column(self, times: Times) -> Column:
        """Of several events."""
        return self.numbers[times]

    def start(self, number: int) -> int:
        """The first event of this number."""
        return int(np.flatnonzero(self.numbers == number)[0])


class LateAdditives:
    """Of one batch; ``grains`` are the labels of the grains of all series that have a late one."""

    def __init__(
        self, source: SourcePlan, batch: Batch, decoder: RowReader, late: Behind, grains: Mapping[str, str]
    ) -> None:
        self._grains = grains
        self._numbers = {label: _numbered(label, late) for label in late.own}
        events = msgspec.structs.replace(batch.at(late.places), times=np.arange(len(late.places)))
        plan = source._replace(
            additives=self._told(source.additives),
            nameless=tuple(one._replace(additives=self._told(one.additives)) for one in source.nameless),
            spaces=(),
            splits=(),
            settled=(),
            types=None,
        )
        self._work = Work(plan, events, decoder)
        self.selections = self._work.selections
        """Of the events that are behind."""

    def fold(self, records: Records, floor: int, added: Added) -> None:
        """After the batch: its values have been given places."""
        for series, keys in self._work.fold(records, floor).cells.items():
            pairs = self._numbers[self._grains[series]].pairs
            for fields in keys.values():
                for field, delta in fields.items():
                    number, bar, rest = field.partition("|")
                    own, reached = pairs[int(number)]
                    if own < reached:
                        added.add(series, (own, reached), f"{bar}{rest}", delta)

    def _told(self, additives: tuple[Additive, ...]) -> tuple[Additive, ...]:
        found = (
            one._replace(
                series=tuple(
                    series._replace(grain=self._numbers[self._grains[series.name]])
                    for series in one.series
                    if series.name in self._grains
                )
            )
            for one in additives
        )
        return tuple(one for one in found if one.series)


def _numbered(label: str, late: Behind) -> _Numbers:
    own, reached = late.own[label], late.reached[label]
    width = int((reached - own).max()) + 1
    pairs, numbers = np.unique(own * width + (reached - own), return_inverse=True)
    listed = [(pair // width, pair // width + pair % width) for pair in pairs.tolist()]
    return _Numbers(label, numbers, listed)
