"""One batch for one dimension that is remembered of entities.

    Settling ──▶ which records are wanted
    Settling.fold ──▶ each entity met: known so far ──▶ moved, where that puts it into another segment
                      what the batch adds ──▶ under the segment its entity is in now

An entity is in one segment alone, so what it adds there is what it adds to the whole; the chains are those of the
whole, with records of their own.  What open entities add is filed entity by entity, since it may have to be moved one
day; of all others column by column.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from streams.arrivals import Arrived, arrived_at
from streams.effect import Effect
from streams.events.columns import Column, Mask
from streams.filing import file, file_each
from streams.measures.additive import Groups
from streams.measures.out import Out
from streams.measures.runs import Names, Record
from streams.plan import EVERY, Additive, Placed, Settled, Space, choices_of
from streams.segments import segment_numbers
from streams.selection import NO_VALUE, OVERFLOW, Selections
from streams.settling.added import Added, Filed, filed
from streams.settling.remembered import Cell, Memory, Seen, added_by, with_added

NOBODY = -1


class Moved:
    """What a batch comes to: cells by series and segment, and space -> entities whose record changed."""

    def __init__(self) -> None:
        self.outs: dict[tuple[str, int], Out] = {}
        self.changed: dict[str, Names] = {}

    def add(self, series: str, segment: int, bucket: int, delta: int) -> None:
        """To one cell."""
        out = self.outs.setdefault((series, segment), {})
        out[bucket] = out.get(bucket, 0) + delta


class Settling:
    """Ready to fold once the records are there."""

    def __init__(self, settled: Settled, selections: Selections) -> None:
        self._settled, self._selections = settled, selections
        self._segments = (*settled.values, NO_VALUE, OVERFLOW)
        self._none = len(settled.values)
        self._memory = Memory(settled.within_ms, self._none)
        self._numbers = {series: number for number, series in enumerate(settled.series)}
        self._binned = {series.name for one in settled.additives if one.binned for series in one.series}
        every = selections.of(EVERY)
        self._entities, places = every.keys((settled.of,))
        self.owners = np.full(len(every), NOBODY, np.int64)
        self.owners[slice(None) if places is None else places] = self._entities.codes
        self.wanted = {settled.name: set(self._entities.present())}
        """The names of the records that may change, by space."""
        for space in settled.spaces:
            choices = (choice for placed in space.places for choice in choices_of(placed))
            present = (selections.of(choice).keys(space.entity).entities.present() for choice in choices)
            self.wanted[space.name] = set[str]().union(*present)

    def put(self, moved: Moved, effect: Effect) -> None:
        """Adds what a batch comes to, and whose records changed."""
        for space, entities in moved.changed.items():
            effect.changed.setdefault(space, {}).update(entities)
        for one in self.filed(moved):
            one.put(effect)

    def filed(self, moved: Moved) -> Iterator[Filed]:
        """What a batch comes to by series and segment, of a distribution by bin too."""
        for (series, segment), out in moved.outs.items():
            field = f"|{self._settled.dimension}|{self._segments[segment]}"
            yield from filed(series, field, out, binned=series in self._binned)

    def fold(self, records: dict[str, dict[str, Record]], floor: int) -> Moved:
        """``records`` must hold those wanted that exist; the others are begun in it.

        ``floor`` is the one before the batch.
        """
        known, moved = records.setdefault(self._settled.name, {}), Moved()
        people = self._meet(known, floor, moved)
        for additive in self._settled.additives:
            self._count(additive, people, moved)
        for space in self._settled.spaces:
            mine = records.setdefault(space.name, {})
            for entity in self.wanted[space.name].difference(mine):
                mine[entity] = [[] for _ in space.places]
            changed = moved.changed[space.name] = {}
            for place in range(len(space.places)):
                changed |= self._judge(space, place, (mine, floor), people, moved)
        for owner, more in people.added.items():
            name = self._entities.names[owner]
            known[name][1] = with_added(known[name], more)
            moved.changed[self._settled.name][name] = None
        return moved

    def _meet(self, known: dict[str, Record], floor: int, moved: Moved) -> "_People":
        """Finds where each entity of the batch is now, and moves whom its events show to be elsewhere."""
        memory, people = self._memory, _People(len(self._entities.names), self._none)
        changed = moved.changed[self._settled.name] = {}
        wanted = self.wanted[self._settled.name]
        for owner, name in enumerate(self._entities.names):
            if name not in wanted:
                continue
            record = known.get(name)
            if record is None:
                record = known[name] = memory.begun()
            elif memory.is_open(record) and memory.settles(record, floor):
                record = known[name] = memory.settled(record)
                changed[name] = None
            people.segments[owner] = memory.segment(record)
            people.open[owner] = memory.is_open(record)
        for owner, seen in self._seen(people).items():
            record, was = known[self._entities.names[owner]], int(people.segments[owner])
            met = memory.met(record, seen)
            if met != record[0]:
                record[0] = met
                changed[self._entities.names[owner]] = None
            now = people.segments[owner] = memory.segment(record)
            if now != was:
                for (series, bucket), delta in added_by(record).items():
                    moved.add(self._settled.series[series], was, bucket, -delta)
                    moved.add(self._settled.series[series], now, bucket, delta)
        return people

    def _seen(self, people: "_People") -> dict[int, Seen]:
        """What the batch shows of each open entity."""
        events = np.flatnonzero(people.are_open(self.owners))
        if not len(events):
            return {}
        owners, times = self.owners[events], self._selections.batch.times[events]
        texts = self._selections.of(EVERY).texts(self._settled.property)
        numbers = segment_numbers(self._segments, texts.names)[texts.codes[events]]
        carrying = np.flatnonzero(numbers != self._none)
        of_carrying = _least(owners[carrying], times[carrying], numbers[carrying])
        carried = {owner: (t, number) for owner, t, number in of_carrying}
        return {owner: Seen(t, carried.get(owner)) for owner, t in _least(owners, times)}

    def _count(self, additive: Additive, people: "_People", moved: Moved) -> None:
        selection = self._selections.of(additive.choice)
        owners = self.owners[selection.places()]
        added = Added.of(additive, selection, owners != NOBODY)
        owners, units = owners[added.there], added.units
        segments, mine, width = people.segments[owners], np.flatnonzero(people.open[owners]), len(self._segments)
        for series in additive.series:
            points = added.places(selection.points(series.grain))
            for key, delta in _sums(points * width + segments, units):
                moved.add(series.name, key % width, key // width, delta)
            codes, number = points[mine] * len(people.open) + owners[mine], self._numbers[series.name]
            for key, delta in _sums(codes, None if units is None else units[mine]):
                people.add(key % len(people.open), (number, key // len(people.open)), delta)

    def _judge(
        self, space: Space, place: int, at: tuple[dict[str, Record], int], people: "_People", moved: Moved
    ) -> Names:
        """Gives the entities whose record changed."""
        placed, (records, floor), changed = space.places[place], at, Names()
        coming = _Coming.at(placed, space.entity, self._selections, self.owners)
        for segment in coming.segments(people):
            settled = coming.only(people.settled_in(segment))
            outs, of_segment = file(placed, settled.several, records, place, floor)
            changed |= of_segment
            for series, out in outs.items():
                for bucket, delta in out.items():
                    moved.add(series, segment, bucket, delta)
        still_open = coming.only(people.are_open)
        whose = still_open.whose()
        for name, outs in file_each(placed, still_open.several, records, place, floor):
            changed[name] = None
            owner = whose[name]
            for series, out in outs.items():
                for bucket, delta in out.items():
                    moved.add(series, int(people.segments[owner]), bucket, delta)
                    people.add(owner, (self._numbers[series], bucket), delta)
        return changed


class _Coming(NamedTuple):
    """What arrives at a place of a record, and whose each of it is."""

    several: tuple[Arrived, ...]
    owners: tuple[Column, ...]

    @classmethod
    def at(cls, placed: Placed, entity: tuple[str, ...], selections: Selections, owners: Column) -> "_Coming":
        """``owners`` are those of the batch's events."""
        several = arrived_at(selections, entity, placed)
        places = [selections.of(choice).places() for choice in choices_of(placed)]
        return cls(several, tuple(owners[at[one.events]] for at, one in zip(places, several, strict=True)))

    def segments(self, people: "_People") -> list[int]:
        """Those that settled entities are in."""
        owners = np.concatenate(self.owners)
        segments: list[int] = np.unique(people.segments[owners[~people.open[owners]]]).tolist()
        return segments

    def only(self, test: Callable[[Column], Mask]) -> "_Coming":
        """What is of some owners."""
        masks = [test(one) for one in self.owners]
        several = tuple(one.only(mask) for one, mask in zip(self.several, masks, strict=True))
        return _Coming(several, tuple(one[mask] for one, mask in zip(self.owners, masks, strict=True)))

    def whose(self) -> dict[str, int]:
        """The owner of each entity."""
        found: dict[str, int] = {}
        for one, owners in zip(self.several, self.owners, strict=True):
            pairs = dict(zip(one.arrivals.codes.tolist(), owners.tolist(), strict=True))
            found |= {one.arrivals.names[code]: owner for code, owner in pairs.items()}
        return found


class _People:
    """The entities of a batch by number: the segment that each is in, whether it is open, and what it adds if so."""

    def __init__(self, number: int, none: int) -> None:
        self.segments = np.full(max(number, 1), none, np.int64)
        self.open = np.zeros(max(number, 1), np.bool_)
        self.added: dict[int, dict[Cell, int]] = {}

    def are_open(self, owners: Column) -> Mask:
        """Of each."""
        found: Mask = (owners != NOBODY) & self.open[owners]
        return found

    def settled_in(self, segment: int) -> Callable[[Column], Mask]:
        """Tests owners for being settled in a segment."""
        return lambda owners: ~self.open[owners] & (self.segments[owners] == segment)

    def add(self, owner: int, cell: Cell, delta: int) -> None:
        """To what an open entity adds."""
        cells = self.added.setdefault(owner, {})
        cells[cell] = cells.get(cell, 0) + delta


def _sums(keys: Column, units: Column | None) -> list[tuple[int, int]]:
    """Each key, and how often it is there, or what its units come to."""
    groups = Groups(keys)
    return list(zip(groups.keys, groups.counts() if units is None else groups.sums(units), strict=True))


def _least(owners: Column, *columns: Column) -> list[list[int]]:
    """Each owner with the least row of its columns."""
    order = np.lexsort((*reversed(columns), owners))
    _, begins = np.unique(owners[order], return_index=True)
    rows: list[list[int]] = np.column_stack((owners, *columns))[order[begins]].tolist()
    return rows
