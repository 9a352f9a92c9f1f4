"""What is counted by what is remembered of an entity, and what of it came late.

Whatever shows where an entity belongs moves all that it has added so far, to pieces that are long over too.  Where an
event does that in time the past has grown; where it is behind it has restated it.  So entities with an event that is
behind are folded in rounds.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from streams.effect import Effect
from streams.events.admission import Batch
from streams.events.columns import Column, RowReader
from streams.fold import Records
from streams.plan import Settled
from streams.restating.added import Added
from streams.restating.behind import Behind
from streams.restating.rounds import any_behind, keys_of, rounds
from streams.selection import Selections
from streams.settling.settling import NOBODY, Settling


class _Part(NamedTuple):
    settling: Settling
    reached: Mapping[str, int]


class LateSettling:
    """One batch for one dimension; ``grains`` are the labels of the grains of all series that have a late one."""

    def __init__(self, settled: Settled, selections: Selections, late: Behind, grains: Mapping[str, str]) -> None:
        self._settled, self._late = settled, late
        self._labels = sorted({grains[series] for series in settled.series if series in grains})
        whole = Settling(settled, selections)
        self.wanted = whole.wanted
        """The names of the records that may change, by space."""
        mine = np.isin(whole.owners, self._whose(whole.owners))
        self._parts = (
            list(self._cut(selections.batch, selections.decoder, whole.owners, np.flatnonzero(mine)))
            if mine.any()
            else [_Part(whole, {})]
        )

    def fold(self, records: Records, floor: int, effect: Effect, added: Added) -> None:
        """As ``Settling.fold``, into the effect, with what was added late told apart."""
        for settling, reached in self._parts:
            moved = settling.fold(records, floor)
            settling.put(moved, effect)
            for series, field, out in settling.filed(moved) if reached else ():
                added.tell(series, (field,), out, reached)

    def _whose(self, owners: Column) -> Column:
        """Those that have an event that is behind."""
        late: Column = np.unique(owners[any_behind(self._late, self._labels)])
        return np.delete(late, np.flatnonzero(late == NOBODY))

    def _cut(self, batch: Batch, decoder: RowReader, owners: Column, mine: Column) -> Iterator[_Part]:
        """Everybody else's events, and those at ``mine`` round by round, by what was reached."""
        others = np.delete(np.arange(len(owners)), mine)
        if len(others):
            yield self._part(batch, decoder, others, {})
        keys = keys_of(self._late, self._labels, mine)
        of_round = rounds(owners[mine], mine, keys.numbers)
        for number in range(int(of_round.max()) + 1):
            for key in np.unique(keys.numbers[of_round == number]).tolist():
                places = mine[(of_round == number) & (keys.numbers == key)]
                yield self._part(batch, decoder, places, keys.reached[key])

    def _part(self, batch: Batch, decoder: RowReader, places: Column, reached: Mapping[str, int]) -> _Part:
        return _Part(Settling(self._settled, Selections(batch.at(places), decoder)), reached)
