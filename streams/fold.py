"""The fold: a batch and the records of its entities become cell deltas and changed records.  Pure.

    prepare(plan, batch) ──▶ Work: which records are wanted
    Work.fold(records, floor) ──▶ Effect: cells, totals, changed entities
    commit_of(admitted, effect, records) ──▶ Commit, which the state takes as one

The result does not depend on how events were ordered, cut into batches or spread over partitions (``tests/streams``
holds it to that).  Records are changed in place: whoever gives them throws them away when the effect is not kept.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from schemas.names import CELLS_PER_KEY
from streams.events.admission import Admitted, Batch
from streams.events.decoding import Decoder
from streams.measures.chain import Record
from streams.plan import Additive, SourcePlan, Space
from streams.selection import NO_VALUE, Keys, Selections, Texts
from streams.state.port import NEVER, Commit

VALUES_PER_PARTITION = 1000
"""Raw values of one dimension of one measure that a partition counts apart; what comes later goes to ``OVERFLOW``."""
LONGEST_VALUE = 200
OVERFLOW = "\x00"
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

    def __init__(self, plan: SourcePlan, batch: Batch, decoder: Decoder) -> None:
        self._plan = plan
        self._selections = Selections(batch, decoder)
        self._keys: dict[tuple[str, int], Keys] = {}
        self._told: set[str] = set()
        self.left_out = {} if plan.types is None else self._selections.left_out(plan.types)
        """Events of types that no measure counts, by type."""
        self.wanted: dict[str, set[str]] = {}
        for space in plan.spaces:
            self._want_entities(space)
        for additive in plan.additives:
            for name, property_ in additive.dimensions:
                self._want_values(additive, name, property_)

    def fold(self, records: Records, floor: int) -> Effect:
        """``records`` must hold those ``wanted`` that exist; the others are begun in it.

        ``floor`` is the one before the batch: pruning by a newer one would forget what an event of this batch still
        changes.
        """
        effect = Effect({}, {}, {})
        self._tell_unused("", {NO_MEASURE: sum(self.left_out.values())}, effect)
        for additive in self._plan.additives:
            self._add(additive, records, effect)
        for space in self._plan.spaces:
            known = records.setdefault(space.name, {})
            for entity in self.wanted[space.name].difference(known):
                known[entity] = [[] for _ in space.chains]
            changed = effect.changed[space.name] = set()
            for place in range(len(space.chains)):
                changed |= self._file(space, place, known, floor, effect)
        return effect

    def _want_entities(self, space: Space) -> None:
        wanted = self.wanted.setdefault(space.name, set())
        known: dict[int, Keys] = {}
        for place, placed in enumerate(space.chains):
            selection = self._selections.of(placed.choice)
            keys = known.get(id(selection))
            if keys is None:
                keys = known[id(selection)] = selection.keys(space.entity)
                wanted.update(keys.entities)
            self._keys[space.name, place] = keys

    def _want_values(self, additive: Additive, name: str, property_: str) -> None:
        texts = self._selections.of(additive.choice).texts(property_)
        wanted = {text for text in texts.names if len(text) <= LONGEST_VALUE}
        wanted.add(NO_VALUE)
        self.wanted[values_space(additive.measure, name)] = wanted

    def _add(self, additive: Additive, records: Records, effect: Effect) -> None:
        selection, units = self._selections.of(additive.choice), None
        reasons = selection.unused
        if additive.amount is not None:
            there, units = selection.amounts(additive.amount)
            reasons = {f"no {additive.amount}": len(there) - int(there.sum()), **reasons}
        self._tell_unused(additive.measure, reasons, effect)
        for series in additive.series:
            groups = selection.groups(series.grain)
            sums = groups.counts() if units is None else groups.sums(units)
            put_cells(effect.cells, series.name, zip(groups.keys, map(str, groups.keys), sums, strict=True))
        for name, property_ in additive.dimensions:
            texts = selection.texts(property_)
            fields = self._fields(additive, name, texts, records, effect)
            for series in additive.series:
                groups = selection.split_groups(series.grain, property_)
                sums = groups.counts() if units is None else groups.sums(units)
                buckets = [key // len(fields) for key in groups.keys]
                named = (
                    f"{bucket}{fields[key % len(fields)]}" for bucket, key in zip(buckets, groups.keys, strict=True)
                )
                put_cells(effect.cells, series.name, zip(buckets, named, sums, strict=True))

    def _fields(self, additive: Additive, name: str, texts: Texts, records: Records, effect: Effect) -> list[str]:
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
        return fields

    def _file(self, space: Space, place: int, known: dict[str, Record], floor: int, effect: Effect) -> set[str]:
        placed = space.chains[place]
        selection, keys, chain = self._selections.of(placed.choice), self._keys[space.name, place], placed.chain
        absent = len(selection) - (len(keys.entities) if keys.places is None else len(set(keys.places)))
        for measure in placed.measures:
            self._tell_unused(measure, {f"no {space.name}": absent, **selection.unused}, effect)
        points = selection.points(chain.grain)
        xs = points if keys.places is None else [points[i] for i in keys.places]
        arrivals: Iterable[tuple[str, int]] = zip(keys.entities, xs, strict=True)
        if chain.once:
            arrivals = dict.fromkeys(arrivals)  # each once, in log order: what comes in order takes nothing back
        oldest = chain.grain.of(floor) if floor > 0 else NEVER
        outs, changed = chain.fold(arrivals, known, place, oldest)
        for series, out in outs.items():
            put_cells(effect.cells, series, ((bucket, str(bucket), delta) for bucket, delta in out.items()))
        return changed

    def _tell_unused(self, measure: str, reasons: Mapping[str, int], effect: Effect) -> None:
        """Once a batch for each measure, however many chains it has."""
        if measure not in self._told:
            self._told.add(measure)
            for reason, number in reasons.items():
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


def put_cells(cells: dict[str, dict[int, dict[str, int]]], series: str, items: Iterable[tuple[int, str, int]]) -> None:
    """Adds deltas of a series, given as (bucket, field, delta), to the effect."""
    keys = cells.setdefault(series, {})
    for bucket, field, delta in items:
        if delta:
            number = bucket // CELLS_PER_KEY
            fields = keys.get(number)
            if fields is None:
                fields = keys[number] = {}
            fields[field] = fields.get(field, 0) + delta
    if not keys:
        del cells[series]


def _tell(totals: dict[str, int], name: str, number: int) -> None:
    if number:
        totals[name] = totals.get(name, 0) + number
