"""Conversions by dimension: each is in the segment of the event that it begins with, whatever its end carries."""

from collections.abc import Iterator

from streams.arrivals import Arrived, arrived_at
from streams.filing import Filing, Shelf
from streams.measures.out import Out
from streams.measures.runs import Names, Record
from streams.plan import PlacedConversion, Split, choices_of
from streams.segments import fields_of, segment_numbers, segments_of
from streams.selection import Selections


class Converting:
    """One batch for the conversions of one split, ready to fold once the records are there."""

    def __init__(self, split: Split, selections: Selections, filing: Filing) -> None:
        self._split, self._selections, self._filing = split, selections, filing
        self.name, self.fields = converting_space(split), fields_of(split)
        """``fields`` is what each segment adds to a bucket's name."""
        choices = (choice for placed in split.converting for choice in choices_of(placed))
        present = (selections.of(choice).keys(split.entity).entities.present() for choice in choices)
        self.wanted = set[str]().union(*present)
        """The names of the records that may change."""

    def fold(self, known: dict[str, Record], floor: int) -> Iterator[tuple[dict[str, Out], Names]]:
        """Series -> cell -> delta, and whose records changed.

        ``known`` must hold those wanted that exist; the others are begun in it.
        """
        for name in self.wanted.difference(known):
            known[name] = [[] for _ in self._split.converting]
        for place, placed in enumerate(self._split.converting):
            yield self._filing.file(placed, self._arrived(placed), Shelf(known, place, floor, self.fields))

    def _arrived(self, placed: PlacedConversion) -> tuple[Arrived, ...]:
        """Starts by segment, and ends."""
        starts, ends = arrived_at(self._selections, self._split.entity, placed)
        texts = self._selections.of(placed.choice).texts(self._split.property)
        segments = segment_numbers(segments_of(self._split), texts.names)[texts.codes][starts.events]
        arrivals = starts.arrivals._replace(segments=segments, width=len(self.fields))
        return starts._replace(arrivals=arrivals), ends


def converting_space(split: Split) -> str:
    """The space of their records, one an entity."""
    return f"{split.name}|"
