"""Events as columns of what a stage needs of them, in a form that can be sent.

    batch of the source ── Taking ──▶ Rows ─ ─ bytes ─ ─▶ Rows ── joined ──▶ batch of the stage

Text that is nothing but an entity is sent once each; rows of nested lists hold only the needed properties, in order.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from msgspec import UNSET

from schemas.events.needs import Needs
from streams.events.admission import Batch
from streams.events.amounts import Amounts
from streams.events.columns import Coded, Column, Getter, RowReader, Values, as_entity, chosen, column_of, rows_of

Texts = tuple[list[str | None], list[int]]
"""As ``Coded``, None where absent."""
RowTest = Callable[[Any], bool]


class Rows(msgspec.Struct, frozen=True, array_like=True):
    """Events of one source partition, columns of one length; source ``offsets`` rise.  None is what is absent."""

    offsets: list[int]
    times: list[int]
    types: Texts
    entities: dict[str, Texts]
    amounts: dict[str, list[int | None]]
    columns: dict[str, list[Any]]


class Fields(NamedTuple):
    """The properties that a stage needs: without a dot as entities, amounts and scalars; with one by their column."""

    entities: tuple[str, ...]
    amounts: tuple[str, ...]
    scalars: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, needs: Needs) -> "Fields":
        """Of all types together, in a fixed order."""
        every = (needs.every, *needs.by_type.values())
        entities = sorted({name for one in every for name in one.entities})
        scalars = sorted({name for one in every for name in one.scalars})
        dotted = sorted({name for name in (*entities, *scalars) if "." in name})
        heads = sorted(set(map(column_of, dotted)))
        return cls(
            tuple(name for name in entities if "." not in name),
            tuple(sorted({name for one in every for name in one.amounts})),
            tuple(name for name in scalars if "." not in name),
            {head: tuple(name for name in dotted if column_of(name) == head) for head in heads},
        )


class SentRows:
    """A ``RowReader`` of rows as they were sent."""

    def __init__(self, fields: Fields) -> None:
        self._places = {name: place for names in fields.rows.values() for place, name in enumerate(names)}

    def within(self, name: str) -> Getter:
        """Text, number, boolean or UNSET."""
        place = self._places[name]
        return lambda row: UNSET if row[place] is None else row[place]

    def entity_within(self, name: str) -> Getter:
        """Text or UNSET."""
        get = self.within(name)
        return lambda row: as_entity(get(row))


class Taking:
    """Takes events out of the batches of a source."""

    def __init__(self, fields: Fields, reader: RowReader) -> None:
        self._fields = fields
        self._getters = {head: [reader.within(name) for name in names] for head, names in fields.rows.items()}

    def take(self, batch: Batch, offsets: Column, places: Column, tests: dict[str, RowTest]) -> Rows:
        """The events at these places; of the rows of a column only those that pass its test."""
        nested = {head: self._nested(batch, places, head, tests.get(head)) for head in self._fields.rows}
        scalars = {name: _sent(chosen(batch.columns[name], places)) for name in self._fields.scalars}
        return Rows(
            offsets[places].tolist(),
            batch.times[places].tolist(),
            _texts(batch.types, places),
            {name: _texts(entities_of(batch, name), places) for name in self._fields.entities},
            {name: batch.amounts[name].of(places).tolist() for name in self._fields.amounts},
            scalars | nested,
        )

    def _nested(self, batch: Batch, places: Column, head: str, test: RowTest | None) -> Values:
        getters = self._getters[head]
        return [
            [_sent([get(row) for get in getters]) for row in rows_of(value) if test is None or test(row)]
            for value in chosen(batch.columns[head], places)
        ]


def entities_of(batch: Batch, name: str) -> Coded:
    """A property without a dot as entities, UNSET where absent."""
    if name in batch.entities:
        return batch.entities[name]
    return Coded.of(list(map(as_entity, batch.columns[name])))


def joined(several: Sequence[tuple[Rows, int]], fields: Fields) -> Batch:
    """One batch of all rows, each from a place on."""
    times = [np.array(rows.times[begin:], np.int64) for rows, begin in several]
    return Batch(
        _together([(rows.types, begin) for rows, begin in several]),
        np.concatenate([*times, np.zeros(0, np.int64)]),
        {
            name: _amounts([one for rows, begin in several for one in rows.amounts[name][begin:]])
            for name in fields.amounts
        },
        {name: _together([(rows.entities[name], begin) for rows, begin in several]) for name in fields.entities},
        {
            name: [_received(value) for rows, begin in several for value in rows.columns[name][begin:]]
            for name in (*fields.scalars, *fields.rows)
        },
    )


def _sent(values: Values) -> Values:
    return [None if value is UNSET else value for value in values]


def _received(value: Any) -> Any:
    return UNSET if value is None else value


def _texts(coded: Coded, places: Column) -> Texts:
    used, codes = np.unique(coded.codes[places], return_inverse=True)
    return _sent([coded.names[code] for code in used.tolist()]), codes.tolist()


def _together(several: list[tuple[Texts, int]]) -> Coded:
    numbers: dict[Any, int] = {}
    columns = [np.zeros(0, np.int64)]
    for (names, codes), begin in several:
        table = np.array([numbers.setdefault(_received(name), len(numbers)) for name in names], np.int64)
        columns.append(table[np.array(codes[begin:], np.int64)])
    return Coded(list(numbers), np.concatenate(columns))


def _amounts(units: list[int | None]) -> Amounts:
    there = np.array([unit is not None for unit in units], np.bool_)
    return Amounts(there, np.array([unit or 0 for unit in units], np.int64))
