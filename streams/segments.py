"""What remembers entities, by dimension: for each value what the measure would be of the events that carry it.

Chains and net retentions are those of the whole.  An entity has a record for each segment that it was seen in, so that
what came before a point is of the same segment.  What is none of the declared values shares one segment, like that of
any value: an entity seen with two of them counts once.
"""

from collections.abc import Iterator
from itertools import filterfalse
from typing import NamedTuple

import numpy as np

from streams.arrivals import Arrived
from streams.events.columns import Column
from streams.filing import Filing, Shelf
from streams.measures.out import Out
from streams.measures.runs import Arrivals, Names, Record
from streams.plan import PlacedChain, PlacedRetention, Split
from streams.selection import NO_VALUE, OVERFLOW, Selection, Selections


class Segmented:
    """One batch for one split, ready to fold once the records are there.  All its segments are folded together."""

    def __init__(self, split: Split, selections: Selections, filing: Filing) -> None:
        self._split, self._selections, self._filing = split, selections, filing
        choices = dict.fromkeys(placed.choice for placed in split.places)
        self._pairs = {choice: _Pairs.of(split, selections.of(choice)) for choice in choices}
        self.name, self.fields = split.name, fields_of(split)
        """``fields`` is what each segment adds to a bucket's name."""
        self.wanted = set[str]().union(*(pairs.names for pairs in self._pairs.values()))
        """The names of the records that may change."""

    def fold(self, known: dict[str, Record], floor: int) -> Iterator[tuple[dict[str, Out], Names]]:
        """Series -> cell -> delta, and whose records changed.

        ``known`` must hold those wanted that exist; the others are begun in it.
        """
        for pairs in self._pairs.values():
            for name in filterfalse(known.__contains__, pairs.names):
                known[name] = [[] for _ in self._split.places]
        for place, placed in enumerate(self._split.places):
            yield self._filing.file(placed, (self._arrived(placed),), Shelf(known, place, floor, self.fields))

    def _arrived(self, placed: PlacedChain | PlacedRetention) -> Arrived:
        """Of a net retention what has an amount."""
        selection = self._selections.of(placed.choice)
        names, codes, segments, events = self._pairs[placed.choice]
        grain = placed.chain.grain if isinstance(placed, PlacedChain) else placed.days
        arrivals = Arrivals(names, codes, selection.points(grain)[events], segments, len(self.fields))
        if isinstance(placed, PlacedChain):
            return Arrived(arrivals, events, np.zeros_like(events))
        there, units = selection.amounts(placed.amount)
        return Arrived(arrivals, events, units[events]).only(there[events])


class _Pairs(NamedTuple):
    """Entities and segments that they are seen in.

    names       0:ann  0:bob  2:ann     of each pair its record: the number of the segment, and the entity
    codes       0  2  1  0  2           of each arrival its pair
    segments    0  2  0  0  2           and its segment
    events      of each arrival its place in the selection
    """

    names: list[str]
    codes: Column
    segments: Column
    events: Column

    @classmethod
    def of(cls, split: Split, selection: Selection) -> "_Pairs":
        """Each entity that an event names arrives in the segment of the event."""
        (entities, places), texts = selection.keys(split.entity), selection.texts(split.property)
        events = np.arange(len(selection)) if places is None else places
        listed, width = segments_of(split), max(len(entities.names), 1)
        segments = segment_numbers(listed, texts.names)[texts.codes][events]
        pairs, codes = np.unique(segments * width + entities.codes, return_inverse=True)
        heads = [f"{number}:" for number in range(len(listed))]
        numbers, owners = (column.tolist() for column in np.divmod(pairs, width))
        names = [heads[number] + entities.names[owner] for number, owner in zip(numbers, owners, strict=True)]
        return cls(names, codes, segments, events)


def segments_of(split: Split) -> tuple[str, ...]:
    """Its segments, by number."""
    return (*split.values, NO_VALUE, OVERFLOW)


def fields_of(split: Split) -> list[str]:
    """What each segment adds to a bucket's name."""
    return [f"|{split.dimension}|{segment}" for segment in segments_of(split)]


def segment_numbers(segments: tuple[str, ...], texts: list[str]) -> Column:
    """The number of each text's segment; a value that reads ``none`` is with what is absent, as readings show it."""
    known = {segment: number for number, segment in enumerate(segments)} | {"none": segments.index(NO_VALUE)}
    other = len(segments) - 1
    return np.array([known.get(text, other) for text in texts], np.int64)
