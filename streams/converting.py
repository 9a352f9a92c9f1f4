"""Conversions by dimension: each is in the segment of the event that it begins with, whatever its end carries."""

from collections.abc import Iterator

from streams.arrivals import arrived_at
from streams.filing import Filing, Shelf
from streams.measures.chain import Record
from streams.plan import Split, choices_of
from streams.segments import OfSegment, segment_numbers
from streams.selection import NO_VALUE, OVERFLOW, Selections


class Converting:
    """One batch for the conversions of one split, ready to fold once the records are there."""

    def __init__(self, split: Split, selections: Selections, filing: Filing) -> None:
        self._split, self._selections, self._filing = split, selections, filing
        self.name = converting_space(split)
        choices = (choice for placed in split.converting for choice in choices_of(placed))
        present = (selections.of(choice).keys(split.entity).entities.present() for choice in choices)
        self.wanted = set[str]().union(*present)
        """The names of the records that may change."""

    def fold(self, known: dict[str, Record], floor: int) -> Iterator[OfSegment]:
        """``known`` must hold those wanted that exist; the others are begun in it."""
        segments = (*self._split.values, NO_VALUE, OVERFLOW)
        fields = [f"|{self._split.dimension}|{segment}" for segment in segments]
        for name in self.wanted.difference(known):
            known[name] = [[] for _ in self._split.converting]
        for place, placed in enumerate(self._split.converting):
            starts, ends = arrived_at(self._selections, self._split.entity, placed)
            texts = self._selections.of(placed.choice).texts(self._split.property)
            numbers = segment_numbers(segments, texts.names)[texts.codes][starts.events]
            shelf = Shelf(known, place, floor, fields)
            outs, changed = self._filing.file_split(placed, (starts, ends), numbers, shelf)
            for (series, number), out in outs.items():
                yield OfSegment(fields[number], {series: out}, set())
            yield OfSegment("", {}, changed)


def converting_space(split: Split) -> str:
    """The space of their records, one an entity."""
    return f"{split.name}|"
