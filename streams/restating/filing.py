"""What is filed in records, and what of it came late: entities with an event that is behind are folded in rounds, so
that what each such event adds is known; all others together, as ever.

An event that is not behind adds to no piece below the one that its partition had reached: it is judged by points before
its own, and what it is judged to be stands on its own piece, or in the period that runs.  A conversion does, while it
waits; that is no restatement, and is kept out by asking of each event whether it is behind.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from streams.arrivals import Arrived
from streams.events.columns import Column, Mask
from streams.filing import Filing, Shelf, file_each
from streams.measures.out import Out, merge
from streams.measures.runs import Names
from streams.plan import Placed, choices_of, series_of_place
from streams.restating.added import Added
from streams.restating.behind import Behind
from streams.restating.rounds import any_behind, keys_of, rounds
from streams.selection import Selections


class _Round(NamedTuple):
    """Of each kind of arrival those of this round, and of each entity what was reached, by grain."""

    chosen: tuple[Column, ...]
    reached: dict[str, dict[str, int]]


class LateFiling(Filing):
    """Of one batch; ``grains`` are the labels of the grains of all series that have a late one."""

    def __init__(self, selections: Selections, late: Behind, grains: dict[str, str], added: Added) -> None:
        self._selections, self._late, self._grains, self._added = selections, late, grains, added

    def file(self, placed: Placed, several: tuple[Arrived, ...], shelf: Shelf) -> tuple[dict[str, Out], Names]:
        """With what was added late told apart."""
        mine = self._whose(placed, several)
        if mine is None:
            return super().file(placed, several, shelf)
        others = tuple(one.only(~mask) for one, mask in zip(several, mine, strict=True))
        outs, changed = super().file(placed, others, shelf)
        for one in self._rounds(placed, several, mine):
            chosen = tuple(arrived.only(which) for arrived, which in zip(several, one.chosen, strict=True))
            for name, found in file_each(placed, chosen, shelf.records, shelf.place, shelf.floor):
                changed[name] = None
                for series, out in found.items():
                    merge(outs[series], out)
                    self._added.tell(series, shelf.fields, out, one.reached[name])
        return outs, changed

    def _labels(self, placed: Placed) -> list[str]:
        return sorted({self._grains[series] for series in series_of_place(placed) if series in self._grains})

    def _places(self, placed: Placed, several: Sequence[Arrived]) -> list[Column]:
        """Where the events of what arrived stand in the batch."""
        choices = (self._selections.of(choice).places() for choice in choices_of(placed))
        return [places[one.events] for places, one in zip(choices, several, strict=True)]

    def _whose(self, placed: Placed, several: Sequence[Arrived]) -> list[Mask] | None:
        """Which arrivals are of entities that have one that is behind; None where there is none."""
        labels = self._labels(placed)
        if not labels:
            return None
        is_behind = any_behind(self._late, labels)
        late = [is_behind[places] for places in self._places(placed, several)]
        if not any(mask.any() for mask in late):
            return None
        if len(several) == 1:
            of_names = np.zeros(len(several[0].arrivals.names), np.bool_)
            of_names[several[0].arrivals.codes[late[0]]] = True
            return [of_names[several[0].arrivals.codes]]
        pairs = [(one.arrivals, mask) for one, mask in zip(several, late, strict=True)]
        names = {arrivals.names[code] for arrivals, mask in pairs for code in arrivals.codes[mask].tolist()}
        return [
            np.fromiter(map(names.__contains__, one.names), np.bool_, len(one.names))[one.codes] for one, _ in pairs
        ]

    def _rounds(self, placed: Placed, several: Sequence[Arrived], mine: Sequence[Mask]) -> Iterator[_Round]:
        numbers: dict[str, int] = {}
        owners, places = list[int](), list[Column]()
        for one, mask, of_batch in zip(several, mine, self._places(placed, several), strict=True):
            names = map(one.arrivals.names.__getitem__, one.arrivals.codes[mask].tolist())
            owners += [numbers.setdefault(name, len(numbers)) for name in names]
            places.append(of_batch[mask])
        named, listed = list(numbers), np.array(owners, np.int64)
        keys = keys_of(self._late, self._labels(placed), np.concatenate(places))
        of_round = rounds(listed, np.concatenate(places), keys.numbers)
        edges = np.cumsum([len(one) for one in places])[:-1]
        whole = [np.flatnonzero(mask) for mask in mine]
        for number in range(int(of_round.max()) + 1):
            now = of_round == number
            chosen = tuple(one[which] for one, which in zip(whole, np.split(now, edges), strict=True))
            reached = dict(zip(listed[now].tolist(), keys.numbers[now].tolist(), strict=True))
            yield _Round(chosen, {named[owner]: keys.reached[key] for owner, key in reached.items()})
