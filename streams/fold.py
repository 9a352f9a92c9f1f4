"""The fold: a batch and the records of its entities become cell deltas and changed records.  Pure.

    prepare(plan, batch) ──▶ Work: which records are wanted
    Work.fold(records, floor) ──▶ Effect: cells, totals, changed entities

The result does not depend on how events were ordered, cut into batches or spread over partitions (``tests/streams``
holds it to that).  Records are changed in place: whoever gives them throws them away when the effect is not kept.
"""

from collections.abc import Hashable, Iterable, Mapping
from itertools import compress
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from schemas.names import CELLS_PER_KEY
from streams.events.admission import Batch
from streams.events.decoding import Decoder
from streams.measures.additive import count, total
from streams.measures.chain import Record
from streams.plan import Additive, SourcePlan, Space
from streams.selection import Keys, Selections
from streams.state.port import NEVER

VALUES_PER_PARTITION = 1000
"""Raw values of one dimension of one measure that a partition counts apart; what comes later goes to ``OVERFLOW``."""
LONGEST_VALUE = 200
OVERFLOW = "\x00"
NONE = ""

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
        self._values: dict[tuple[str, str], list[str]] = {}
        self._told: set[str] = set()
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
        texts = list(map(_text, self._selections.of(additive.choice).values(property_)))
        self._values[additive.measure, name] = texts
        wanted = {text for text in texts if len(text) <= LONGEST_VALUE}
        wanted.add(NONE)
        self.wanted[values_space(additive.measure, name)] = wanted

    def _add(self, additive: Additive, records: Records, effect: Effect) -> None:
        selection = self._selections.of(additive.choice)
        sums = _Sums(None if additive.amount is None else selection.amounts(additive.amount))
        self._tell_unused(additive.measure, {f"no {additive.amount}": sums.absent, **selection.unused}, effect)
        for series in additive.series:
            put_cells(effect.cells, series.name, "", sums.of(selection.points(series.grain)))
        for name, _ in additive.dimensions:
            values = self._admitted_values(additive, name, records, effect)
            for series in additive.series:
                keys = list(zip(selection.points(series.grain), values, strict=True))
                put_cells(effect.cells, series.name, f"|{name}|", sums.of(keys))

    def _admitted_values(self, additive: Additive, name: str, records: Records, effect: Effect) -> list[str]:
        """Each event's value, or ``OVERFLOW`` beyond what a partition counts apart; first come in log order."""
        texts, space = self._values[additive.measure, name], values_space(additive.measure, name)
        known = records.setdefault(space, {})
        places = known.setdefault(NONE, [[0]])
        changed = effect.changed.setdefault(space, set())
        refused: set[str] = set()
        for text in dict.fromkeys(texts):
            if text in known:
                continue
            if places[0][0] >= VALUES_PER_PARTITION or len(text) > LONGEST_VALUE:
                refused.add(text)
                continue
            known[text] = [[1]]
            places[0][0] += 1
            changed.update((text, NONE))
        if not refused:
            return texts
        over = [OVERFLOW if text in refused else text for text in texts]
        _tell(effect.totals, f"overflow|{additive.measure}|{name}", over.count(OVERFLOW))
        return over

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
            put_cells(effect.cells, series, "", out)
        return changed

    def _tell_unused(self, measure: str, reasons: Mapping[str, int], effect: Effect) -> None:
        """Once a batch for each measure, however many chains it has."""
        if measure not in self._told:
            self._told.add(measure)
            for reason, number in reasons.items():
                _tell(effect.totals, f"unused|{measure}|{reason}", number)


class _Sums:
    """Adds up 1, or an amount, for each event of a selection; events without an amount are left out."""

    def __init__(self, amounts: list[int | None] | None) -> None:
        self._amounts = None if amounts is None else [amount for amount in amounts if amount is not None]
        self.absent = 0 if amounts is None or self._amounts is None else len(amounts) - len(self._amounts)
        self._there = [amount is not None for amount in amounts] if amounts is not None and self.absent else None

    def of(self, keys: Iterable[Hashable]) -> dict[Any, int]:
        """What each key comes to; one key an event."""
        if self._there is not None:
            keys = compress(keys, self._there)
        return count(keys) if self._amounts is None else total(keys, self._amounts)


def values_space(measure: str, dimension: str) -> str:
    """The space that holds the values which a partition counts apart; the record of ``NONE`` is how many."""
    return f"~{measure}~{dimension}"


def put_cells(cells: dict[str, dict[int, dict[str, int]]], series: str, infix: str, sums: Mapping[Any, int]) -> None:
    """Adds a series' deltas to the effect; keys are buckets, or (bucket, value) where there is an infix."""
    keys = cells.setdefault(series, {})
    for key, delta in sums.items():
        if delta:
            bucket, field = (key[0], f"{key[0]}{infix}{key[1]}") if infix else (key, str(key))
            number = bucket // CELLS_PER_KEY
            fields = keys.get(number)
            if fields is None:
                fields = keys[number] = {}
            fields[field] = delta
    if not keys:
        del cells[series]


def _text(value: object) -> str:
    """A dimension's value as its cells are named."""
    if isinstance(value, str):
        return value
    if value is UNSET:
        return NONE
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, ".15g") if isinstance(value, float) else str(value)


def _tell(totals: dict[str, int], name: str, number: int) -> None:
    if number:
        totals[name] = totals.get(name, 0) + number
