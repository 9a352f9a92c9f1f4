"""What remembers entities, by dimension: for each value what the measure would be of the events that carry it.

Chains and net retentions are those of the whole.  An entity has a record for each segment that it was seen in, so that
what came before a point is of the same segment.  What is none of the declared values shares one segment, like that of
any value: an entity seen with two of them counts once.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from streams.arrivals import Arrived
from streams.events.columns import Column
from streams.filing import Filing, Shelf
from streams.measures.chain import Arrivals, Out, Record
from streams.plan import PlacedChain, PlacedRetention, Split
from streams.selection import NO_VALUE, OVERFLOW, Selection, Selections


class OfSegment(NamedTuple):
    """What a batch comes to in one segment: series -> bucket -> delta, and whose records changed.

    ``field`` is what the segment adds to a bucket's name.
    """

    field: str
    outs: dict[str, Out]
    changed: set[str]


class Segmented:
    """One batch for one split, ready to fold once the records are there."""

    def __init__(self, split: Split, selections: Selections, filing: Filing) -> None:
        self._split, self._selections, self._filing = split, selections, filing
        choices = dict.fromkeys(placed.choice for placed in split.places)
        self._pairs = {choice: _Pairs.of(split, selections.of(choice)) for choice in choices}
        self.name = split.name
        self.wanted = {name for pairs in self._pairs.values() for name in pairs.names}
        """The names of the records that may change."""

    def fold(self, known: dict[str, Record], floor: int) -> Iterator[OfSegment]:
        """``known`` must hold those wanted that exist; the others are begun in it."""
        for name in self.wanted.difference(known):
            known[name] = [[] for _ in self._split.places]
        for place, placed in enumerate(self._split.places):
            pairs = self._pairs[placed.choice]
            for segment, begin, end in pairs.runs:
                arriving = self._arrived(placed, pairs, slice(begin, end))
                field = f"|{self._split.dimension}|{segment}"
                outs, changed = self._filing.file(placed, (arriving,), Shelf(known, place, floor, (field,)))
                yield OfSegment(field, outs, changed)

    def _arrived(self, placed: PlacedChain | PlacedRetention, pairs: "_Pairs", run: slice) -> Arrived:
        """Of one segment; of a net retention what has an amount."""
        selection, codes, events = self._selections.of(placed.choice), pairs.codes[run], pairs.events[run]
        if isinstance(placed, PlacedChain):
            points = selection.points(placed.chain.grain)[events]
            return Arrived(Arrivals(pairs.names, codes, points), events, events)
        there, units = selection.amounts(placed.amount)
        points = selection.points(placed.days)[events]
        return Arrived(Arrivals(pairs.names, codes, points), events, units[events]).only(there[events])


class _Pairs(NamedTuple):
    """Entities and segments that they are seen in; arrivals are in the order of segments.

    runs      (Ede, 0, 3)  ("", 3, 5)
    codes     0  1  0      2  2         of each arrival its pair
    names     0:ann  0:bob  2:ann       of each pair its record: the number of the segment, and the entity
    events    of each arrival its place in the selection
    """

    names: list[str]
    codes: Column
    events: Column
    runs: list[tuple[str, int, int]]

    @classmethod
    def of(cls, split: Split, selection: Selection) -> "_Pairs":
        """Each entity that an event names arrives in the segment of the event."""
        segments = (*split.values, NO_VALUE, OVERFLOW)
        (entities, events), texts = selection.keys(split.entity), selection.texts(split.property)
        numbers = segment_numbers(segments, texts.names)[texts.codes]
        numbers = numbers if events is None else numbers[events]
        order = np.argsort(numbers, kind="stable")
        numbers, width = numbers[order], max(len(entities.names), 1)
        pairs, codes = np.unique(numbers * width + entities.codes[order], return_inverse=True)
        owners = ((pair // width, entities.names[pair % width]) for pair in pairs.tolist())
        present, begins = (column.tolist() for column in np.unique(numbers, return_index=True))
        runs = zip(map(segments.__getitem__, present), begins, [*begins[1:], len(numbers)], strict=False)
        return cls([f"{n}:{name}" for n, name in owners], codes, order if events is None else events[order], list(runs))


def segment_numbers(segments: tuple[str, ...], texts: list[str]) -> Column:
    """The number of each text's segment; a value that reads ``none`` is with what is absent, as readings show it."""
    known = {segment: number for number, segment in enumerate(segments)} | {"none": segments.index(NO_VALUE)}
    other = len(segments) - 1
    return np.array([known.get(text, other) for text in texts], np.int64)
