"""The fold: a batch and the records of its entities become cell deltas and changed records.  Pure.

    prepare(plan, batch) ──▶ Work: which records are wanted
    Work.fold(records, floor) ──▶ Effect: cells, totals, changed entities
    commit_of(admitted, effect, records) ──▶ Commit, which the state takes as one

The result does not depend on how events were ordered, cut into batches or spread over partitions (``tests/streams``
holds it to that).  Records are changed in place: whoever gives them throws them away when the effect is not kept.
"""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import NamedTuple

import msgspec
import numpy as np

from schemas.names import CELLS_PER_KEY
from streams.arrivals import arrived_at
from streams.converting import Converting
from streams.events.admission import Admitted, Batch
from streams.events.columns import Coded, RowReader
from streams.filing import Filing, Shelf
from streams.measures.additive import Groups
from streams.measures.chain import Record
from streams.measures.distribution import BINS, OUTERMOST, bins_of
from streams.plan import Additive, SourcePlan, Space, choices_of
from streams.segments import Segmented
from streams.selection import NO_VALUE, OVERFLOW, Selections
from streams.settling.nameless import nameless_cells
from streams.settling.settling import Moved, Settling
from streams.state.port import Commit
from streams.usable import unused

VALUES_PER_PARTITION = 1000
"""Raw values of one dimension of one measure that a partition counts apart; what comes later goes to ``OVERFLOW``."""
LONGEST_VALUE = 200
NO_MEASURE = "no measure of its type"

Records = dict[str, dict[str, Record]]
"""space -> entity -> record."""

pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(Record).decode


class Effect(NamedTuple):
    """series -> key number -> field -> delta; total -> delta; space -> entities whose record changed."""

    cells: dict[str, dict[int, dict[str, int]]]
    totals: dict[str, int]
    changed: dict[str, set[str]]


class Work:
    """One batch, ready to fold once the records are there."""

    def __init__(
        self, plan: SourcePlan, batch: Batch, decoder: RowReader, filing: Callable[[Selections], Filing] | None = None
    ) -> None:
        """``filing`` makes one that also tells apart what came late; None: a plain one."""
        self._plan = plan
        self._selections = Selections(batch, decoder)
        self._filing = Filing() if filing is None else filing(self._selections)
        self._names: dict[tuple[Groups, tuple[str, ...]], tuple[list[int], list[str]]] = {}
        self._told: set[str] = set()
        self.left_out = {} if plan.types is None else self._selections.left_out(plan.types)
        """Events of types that no measure counts, by type."""
        self.wanted: dict[str, set[str]] = {}
        for space in plan.spaces:
            self._want_entities(space)
        for additive in plan.additives:
            for name, property_ in additive.dimensions:
                self._want_values(additive, name, property_)
        self._segmented: list[Segmented | Converting] = [
            *(Segmented(split, self._selections, self._filing) for split in plan.splits),
            *(Converting(split, self._selections, self._filing) for split in plan.splits if split.converting),
        ]
        for segmented in self._segmented:
            self.wanted[segmented.name] = segmented.wanted
        self._settling = [Settling(settled, self._selections) for settled in plan.settled]
        for settling in self._settling:
            self.wanted |= settling.wanted

    @property
    def selections(self) -> Selections:
        """What was chosen of the batch."""
        return self._selections

    def fold(self, records: Records, floor: int) -> Effect:
        """``records`` must hold those ``wanted`` that exist; the others are begun in it.

        ``floor`` is the one before the batch: pruning by a newer one would forget what an event of this batch still
        changes.
        """
        effect = Effect({}, {}, {})
        self._tell_unused("", effect, {NO_MEASURE: sum(self.left_out.values())})
        for additive in self._plan.additives:
            self._add(additive, records, effect)
        for space in self._plan.spaces:
            known = records.setdefault(space.name, {})
            for entity in self.wanted[space.name].difference(known):
                known[entity] = [[] for _ in space.places]
            changed = effect.changed[space.name] = set()
            for place in range(len(space.places)):
                changed |= self._file(space, place, known, floor, effect)
        for segmented in self._segmented:
            changed = effect.changed[segmented.name] = set()
            for of_segment in segmented.fold(records.setdefault(segmented.name, {}), floor):
                changed |= of_segment.changed
                for series, out in of_segment.outs.items():
                    names = [f"{bucket}{of_segment.field}" for bucket in out]
                    put_cells(effect.cells, series, list(out), names, list(out.values()))
        self._settle(records, floor, effect)
        return effect

    def _settle(self, records: Records, floor: int, effect: Effect) -> None:
        for settling in self._settling:
            put_moved(effect, settling, settling.fold(records, floor))
        for nameless in self._plan.nameless:
            for series, field, buckets, deltas in nameless_cells(nameless, self._selections):
                put_cells(effect.cells, series, buckets, [f"{bucket}{field}" for bucket in buckets], deltas)

    def _want_entities(self, space: Space) -> None:
        wanted = self.wanted.setdefault(space.name, set())
        for placed in space.places:
            for choice in choices_of(placed):
                wanted.update(self._selections.of(choice).keys(space.entity).entities.present())

    def _want_values(self, additive: Additive, name: str, property_: str) -> None:
        texts = self._selections.of(additive.choice).texts(property_)
        wanted = {text for text in texts.names if len(text) <= LONGEST_VALUE}
        wanted.add(NO_VALUE)
        self.wanted[values_space(additive.measure, name)] = wanted

    def _add(self, additive: Additive, records: Records, effect: Effect) -> None:
        selection, units = self._selections.of(additive.choice), None
        absent = {}
        if additive.amount is not None:
            there, units = selection.amounts(additive.amount)
            absent = {f"no {additive.amount}": len(there) - int(there.sum())}
        self._tell_unused(additive.measure, effect, absent, selection.unused)
        if additive.binned:
            self._add_bins(additive, effect)
            return
        for series in additive.series:
            groups = selection.groups(series.grain)
            sums = groups.counts() if units is None else groups.sums(units)
            put_cells(effect.cells, series.name, groups.keys, list(map(str, groups.keys)), sums)
        for name, property_ in additive.dimensions:
            fields = self._fields(additive, name, selection.texts(property_), records, effect)
            for series in additive.series:
                groups = selection.split_groups(series.grain, property_)
                sums = groups.counts() if units is None else groups.sums(units)
                put_cells(effect.cells, series.name, *self._named(groups, fields), sums)

    def _add_bins(self, additive: Additive, effect: Effect) -> None:
        selection, width = self._selections.of(additive.choice), 2 * OUTERMOST + 1
        there, units = selection.amounts(additive.amount or "")
        bins = bins_of(units[there])
        for series in additive.series:
            groups = Groups(selection.points(series.grain)[there] * width + (bins + OUTERMOST))
            places = [divmod(key, width) for key in groups.keys]
            names = [f"{bucket}|{BINS}|{place - OUTERMOST}" for bucket, place in places]
            put_cells(effect.cells, series.name, [bucket for bucket, _ in places], names, groups.counts())

    def _named(self, groups: Groups, fields: tuple[str, ...]) -> tuple[list[int], list[str]]:
        """The bucket of each group of a split, and its field; measures of one selection mostly share them."""
        made = self._names.get((groups, fields))
        if made is None:
            buckets, codes = np.divmod(groups.keys, len(fields)) if fields else ([], [])
            buckets, codes = np.asarray(buckets).tolist(), np.asarray(codes).tolist()
            names = [f"{bucket}{fields[code]}" for bucket, code in zip(buckets, codes, strict=True)]
            made = self._names[groups, fields] = buckets, names
        return made

    def _fields(self, additive: Additive, name: str, texts: Coded, records: Records, effect: Effect) -> tuple[str, ...]:
        """What each text adds to a bucket's name; ``OVERFLOW`` beyond what a partition counts apart: first come."""
        space = values_space(additive.measure, name)
        known = records.setdefault(space, {})
        places = known.setdefault(NO_VALUE, [[0]])
        changed = effect.changed.setdefault(space, set())
        fields, over = [], []
        for code, text in enumerate(texts.names):
            if text not in known:
                if places[0][0] >= VALUES_PER_PARTITION or len(text) > LONGEST_VALUE:
                    over.append(code)
                    fields.append(f"|{name}|{OVERFLOW}")
                    continue
                known[text] = [[1]]
                places[0][0] += 1
                changed.update((text, NO_VALUE))
            fields.append(f"|{name}|{text}")
        if over:
            _tell(effect.totals, f"overflow|{additive.measure}|{name}", int(np.isin(texts.codes, over).sum()))
        return tuple(fields)

    def _file(self, space: Space, place: int, known: dict[str, Record], floor: int, effect: Effect) -> set[str]:
        placed = space.places[place]
        for measure in placed.measures:
            if measure not in self._told:
                absent = unused(self._selections, space, placed)
                self._tell_unused(measure, effect, absent, self._selections.of(placed.choice).unused)
        arrived = arrived_at(self._selections, space.entity, placed)
        outs, changed = self._filing.file(placed, arrived, Shelf(known, place, floor))
        for series, out in outs.items():
            put_cells(effect.cells, series, list(out), list(map(str, out)), list(out.values()))
        return changed

    def _tell_unused(self, measure: str, effect: Effect, *reasons: Mapping[str, int]) -> None:
        """Once a batch for each measure, however many chains it has.  One reason may come twice: it adds up."""
        if measure not in self._told:
            self._told.add(measure)
            for some in reasons:
                for reason, number in some.items():
                    _tell(effect.totals, f"unused|{measure}|{reason}", number)


def commit_of(admitted: Admitted, effect: Effect, records: Records) -> Commit:
    """Everything that a batch comes to, as the state takes it."""
    outcomes: dict[str, int] = {outcome: number for outcome, number in admitted.outcomes.items() if number}
    return Commit(
        standing=admitted.standing,
        cells=effect.cells,
        totals=outcomes | effect.totals,
        records={
            space: dict(zip(changed, map(pack, map(records[space].__getitem__, changed)), strict=True))
            for space, changed in effect.changed.items()
            if changed
        },
        ids=admitted.ids,
        expired=admitted.expired,
    )


def values_space(measure: str, dimension: str) -> str:
    """The space that holds the values which a partition counts apart; the record of ``NO_VALUE`` is how many."""
    return f"~{measure}~{dimension}"


def put_cells(
    cells: dict[str, dict[int, dict[str, int]]], series: str, buckets: list[int], names: list[str], deltas: list[int]
) -> None:
    """Adds deltas of a series to the effect: of each its bucket, its field and how much."""
    keys, begin = cells.get(series, {}), 0
    for number, run in groupby([bucket // CELLS_PER_KEY for bucket in buckets]):
        end = begin + len(list(run))
        several = dict(zip(names[begin:end], deltas[begin:end], strict=True))
        if len(several) < end - begin:  # a field comes twice: what overflowed shares one
            several = {}
            for name, delta in zip(names[begin:end], deltas[begin:end], strict=True):
                several[name] = several.get(name, 0) + delta
        _add_to(keys, number, several)
        begin = end
    if keys:
        cells[series] = keys


def put_moved(effect: Effect, settling: Settling, moved: Moved) -> None:
    """Adds what a batch comes to for one dimension that is remembered of entities."""
    for space, entities in moved.changed.items():
        effect.changed.setdefault(space, set()).update(entities)
    for (series, segment), out in moved.outs.items():
        field, buckets = settling.field(segment), sorted(out)
        names, deltas = [f"{bucket}{field}" for bucket in buckets], list(map(out.__getitem__, buckets))
        put_cells(effect.cells, series, buckets, names, deltas)


def _add_to(keys: dict[int, dict[str, int]], number: int, several: dict[str, int]) -> None:
    """Adds the fields of one key; what comes to nothing is left out."""
    fields = keys.get(number, {})
    if not fields.keys().isdisjoint(several):
        several = {name: delta + fields.get(name, 0) for name, delta in several.items()}
    fields |= several
    if not all(several.values()):
        fields = {name: delta for name, delta in fields.items() if delta}
    if fields:
        keys[number] = fields
    else:
        keys.pop(number, None)


def _tell(totals: dict[str, int], name: str, number: int) -> None:
    if number:
        totals[name] = totals.get(name, 0) + number
