"""The events that a measure chooses from a batch, as columns that several measures share.

A property with a dot stands in the items of a nested list (or in one nested object, which is a list of one): a
condition on it is judged item by item, and an event counts once for each entity that its passing items name.
"""

import operator
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, NamedTuple, TypeVar

import numpy as np
from msgspec import UNSET

from schemas.definition.model import ANY, Condition
from streams.events.admission import Batch
from streams.events.amounts import Amounts
from streams.events.columns import Coded, Column, RowReader, Values, as_entity, chosen, column_of, rows_of
from streams.measures.additive import Groups
from streams.plan import Choice
from streams.time.grains import Grain

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


T = TypeVar("T")
NO_VALUE = ""
"""The text of a dimension's value that is absent."""
OVERFLOW = "\x00"
"""What stands in the name of a cell for values that have no cell of their own."""


class Keys(NamedTuple):
    """Entities, and the place in the selection of the event that names each (None: one an event, in order)."""

    entities: Coded
    places: Column | None


class Selections:
    """The choices made of one batch, each made once."""

    def __init__(self, batch: Batch, decoder: RowReader) -> None:
        self.batch, self.decoder = batch, decoder
        self._made: dict[Choice, Selection] = {}

    def of(self, choice: Choice) -> "Selection":
        """The selection of this choice."""
        made = self._made.get(choice)
        if made is None:
            of_type = None if choice.of == ANY else self.batch.types.places((choice.of,))
            made = self._made[choice] = Selection(self.batch, self.decoder, choice, of_type)
        return made

    def left_out(self, types: frozenset[str]) -> dict[str, int]:
        """How many events there are of each type that is none of these."""
        names, codes = self.batch.types
        numbers = np.bincount(codes, minlength=len(names)).tolist()
        return {name: number for name, number in zip(names, numbers, strict=True) if number and name not in types}


class Selection:
    """The chosen events of a batch, and columns of them.

    ``unused`` counts, by reason, the events that a condition could not be asked of, for want of its property.
    """

    def __init__(self, batch: Batch, decoder: RowReader, choice: Choice, of_type: Column | None) -> None:
        self._decoder, self._batch, self._chosen = decoder, batch, of_type
        self.unused: dict[str, int] = {}
        self._columns: dict[tuple[str, ...], Any] = {}
        self._conditions = [condition for condition in choice.where if "." in condition.property]
        for condition in choice.where:
            if "." not in condition.property:
                self._keep_where(condition)
        if self._conditions:
            self._keep(self._some_item())

    def __len__(self) -> int:
        return len(self._batch.times if self._chosen is None else self._chosen)

    def points(self, grain: Grain) -> Column:
        """Where the grain puts each event."""
        return self._column(("points", grain.label), lambda: grain.column(self._times()))

    def amounts(self, name: str) -> Amounts:
        """The amount of each event."""
        column = self._batch.amounts[name]
        return column if self._chosen is None else column.of(self._chosen)

    def values(self, name: str) -> Values:
        """A property of each event, UNSET where absent; of a nested one, the first item's."""
        return self._column(("values", name), lambda: self._values(name))

    def texts(self, name: str) -> Coded:
        """A property of each event as a dimension has it."""
        return self._column(("texts", name), lambda: _texts(self.values(name)))

    def groups(self, grain: Grain) -> Groups:
        """The events by where the grain puts them."""
        return self._column(("groups", grain.label), lambda: Groups(self.points(grain)))

    def split_groups(self, grain: Grain, name: str) -> Groups:
        """The events by grain and by the text of a property: the key is point * number of texts + code."""
        return self._column(("groups", grain.label, name), lambda: self._split_groups(grain, name))

    def places(self) -> Column:
        """Where the events stand in the batch."""
        return np.arange(len(self)) if self._chosen is None else self._chosen

    def keys(self, entity: tuple[str, ...]) -> Keys:
        """The entities that the events name; events that lack one are left out."""
        return self._column(("keys", *entity), lambda: self._keys(entity))

    def _keys(self, entity: tuple[str, ...]) -> Keys:
        if any("." in name for name in entity):
            return self._nested_keys(entity)
        if len(entity) == 1:
            coded = self._coded(entity[0])
        else:
            columns = [self._coded(name).tolist() for name in entity]
            coded = Coded.of(list(map(_entity_or_unset, zip(*columns, strict=True))))
        if UNSET not in coded.names:
            return Keys(coded, None)
        places = np.flatnonzero(coded.codes != coded.names.index(UNSET))
        return Keys(coded.chosen(places), places)

    def _nested_keys(self, entity: tuple[str, ...]) -> Keys:
        """Of every combination of the rows that pass, one list with another; parts in the order of the entity."""
        heads = {column_of(name): name for name in entity if "." in name}
        groups = [[name for name in entity if "." not in name]]
        groups += [[name for name in entity if "." in name and column_of(name) == head] for head in heads]
        order = [(i, group.index(name)) for name in entity for i, group in enumerate(groups) if name in group]
        plain = [self._coded(name).tolist() for name in groups[0]]
        lists = [(self._rows(head), self._row_parts(names)) for head, names in zip(heads, groups[1:], strict=True)]
        entities: list[str] = []
        places: list[int] = []
        for place in range(len(self)):
            first = tuple(column[place] for column in plain)
            if UNSET in first:
                continue
            combinations = product((first,), *(parts(column[place]) for column, parts in lists))
            found = {entity_key([one[i][j] for i, j in order]) for one in combinations}
            entities.extend(found)
            places.extend([place] * len(found))
        return Keys(Coded.of(entities), np.array(places, np.int64))

    def _row_parts(self, names: list[str]) -> Callable[[Any], set[tuple[str, ...]]]:
        """Reads these parts, all of one list, off the rows that pass and have them all."""
        getters = [self._decoder.entity_within(name) for name in names]
        tests = self._tests(names[0])

        def parts(value: Any) -> set[tuple[str, ...]]:
            passing = (row for row in rows_of(value) if all(test(row) for test in tests))
            return {found for row in passing if UNSET not in (found := tuple(get(row) for get in getters))}

        return parts

    def _coded(self, name: str) -> Coded:
        """A property without a dot as entities, UNSET where absent."""
        if name not in self._batch.entities:
            return Coded.of(list(map(as_entity, self.values(name))))
        coded = self._batch.entities[name]
        return coded if self._chosen is None else coded.chosen(self._chosen)

    def _rows(self, head: str) -> Values:
        """What the rows of each event stand in."""
        return self._column(("rows", head), lambda: chosen(self._batch.columns[head], self._chosen))

    def _times(self) -> Column:
        return self._batch.times if self._chosen is None else self._batch.times[self._chosen]

    def _column(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """What was made under this key before, or is made now; a key stands for one type."""
        if key not in self._columns:
            self._columns[key] = make()
        column: T = self._columns[key]
        return column

    def _split_groups(self, grain: Grain, name: str) -> Groups:
        texts = self.texts(name)
        return Groups(self.points(grain) * len(texts.names) + texts.codes)

    def _values(self, name: str) -> Values:
        if "." not in name:
            return chosen(self._batch.columns[name], self._chosen)
        get = self._decoder.within(name)
        return [next(map(get, rows_of(value)), UNSET) for value in self._rows(column_of(name))]

    def _keep_where(self, condition: Condition) -> None:
        column, test = self.values(condition.property), predicate(condition)
        absent = sum(value is UNSET for value in column)
        if absent:
            reason = f"no {condition.property}"
            self.unused[reason] = self.unused.get(reason, 0) + absent
        self._keep([test(value) for value in column])

    def _keep(self, mask: Sequence[bool]) -> None:
        if all(mask):
            return
        kept = np.flatnonzero(mask)
        self._chosen = kept if self._chosen is None else self._chosen[kept]
        self._columns.clear()

    def _tests(self, name: str) -> list[Callable[[Any], bool]]:
        """The item conditions on the list that this property stands in."""
        mine = [condition for condition in self._conditions if column_of(condition.property) == column_of(name)]
        return [_item_test(self._decoder.within(condition.property), predicate(condition)) for condition in mine]

    def _some_item(self) -> list[bool]:
        """Whether each event has, in every list that conditions are on, an item that meets them all."""
        heads = {column_of(condition.property): self._tests(condition.property) for condition in self._conditions}
        found = [[_passes(rows_of(value), tests) for value in self._rows(head)] for head, tests in heads.items()]
        return list(map(all, zip(*found, strict=True)))


def _passes(rows: Sequence[Any], tests: Sequence[Callable[[Any], bool]]) -> bool:
    return any(all(test(row) for test in tests) for row in rows)


def _texts(values: Values) -> Coded:
    return Coded.of(values if {str}.issuperset(map(type, values)) else list(map(_text, values)))


def _text(value: object) -> str:
    """A dimension's value as its cells are named."""
    if isinstance(value, str):
        return value
    if value is UNSET:
        return NO_VALUE
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, ".15g") if isinstance(value, float) else str(value)


def _item_test(get: Callable[[Any], Any], test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda item: test(get(item))


def entity_key(parts: Sequence[str]) -> str:
    """One text for an entity of several parts; no two entities share one, whatever the parts hold."""
    return "".join(f"{len(part)}:{part}" for part in parts[:-1]) + parts[-1]


def _entity_or_unset(parts: Sequence[Any]) -> Any:
    return UNSET if UNSET in parts else entity_key(parts)


def predicate(condition: Condition) -> Callable[[Any], bool]:
    """As SQL compares: an absent property meets no condition, a value of another type is never equal nor in order."""
    if condition.operator == "in":
        wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        tests = [predicate(Condition(condition.property, "=", value)) for value in wanted]
        return lambda value: any(test(value) for test in tests)
    compare, literal = _OPERATORS[condition.operator], condition.value
    kind = _kind(literal)
    if condition.operator == "!=":
        return lambda value: value is not UNSET and (_kind(value) is not kind or value != literal)
    return lambda value: value is not UNSET and _kind(value) is kind and compare(value, literal)


def _kind(value: object) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)
