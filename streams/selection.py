"""The events that a measure chooses from a batch, as columns that several measures share.

A property with a dot stands in the items of a nested list (or in one nested object, which is a list of one): a
condition on it is judged item by item, and an event counts once for each entity that its passing items name.
"""

import operator
from collections.abc import Callable, Sequence
from itertools import compress, product
from typing import Any, NamedTuple, TypeVar

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from schemas.definition.model import ANY, Condition
from streams.events.admission import Batch
from streams.events.amounts import Amounts
from streams.events.decoding import Decoder
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
Column = NDArray[np.int64]
NO_VALUE = ""
"""The text of a dimension's value that is absent."""


class Keys(NamedTuple):
    """Entities, and the place in the selection of the event that names each (None: one an event, in order)."""

    entities: list[str]
    places: list[int] | None


class Texts(NamedTuple):
    """A dimension's values: each once in order of appearance, and which of them each event has."""

    names: list[str]
    codes: Column


class Selections:
    """The choices made of one batch, each made once."""

    def __init__(self, batch: Batch, decoder: Decoder) -> None:
        self.batch, self.decoder = batch, decoder
        self._codes, self._types = _coded(batch.types)
        self._made: dict[Choice, Selection] = {}

    def of(self, choice: Choice) -> "Selection":
        """The selection of this choice."""
        made = self._made.get(choice)
        if made is None:
            made = self._made[choice] = Selection(self.batch, self.decoder, choice, self._chosen(choice.of))
        return made

    def left_out(self, types: frozenset[str]) -> dict[str, int]:
        """How many events there are of each type that is none of these."""
        others = {code: name for name, code in self._codes.items() if name not in types}
        return {name: int((self._types == code).sum()) for code, name in others.items()}

    def _chosen(self, of: str) -> Column | None:
        return None if of == ANY else np.flatnonzero(self._types == self._codes.get(of, -1))


class Selection:
    """The chosen events of a batch, and columns of them.

    ``unused`` counts, by reason, the events that a condition could not be asked of, for want of its property.
    """

    def __init__(self, batch: Batch, decoder: Decoder, choice: Choice, chosen: Column | None) -> None:
        self._decoder, self._batch, self._chosen = decoder, batch, chosen
        self.unused: dict[str, int] = {}
        self._columns: dict[tuple[str, ...], Any] = {}
        self._conditions = [condition for condition in choice.where if "." in condition.property]
        self.events = batch.events if chosen is None else list(map(batch.events.__getitem__, chosen.tolist()))
        for condition in choice.where:
            if "." not in condition.property:
                self._keep_where(condition)
        if self._conditions:
            self._keep([self._some_item(event) for event in self.events])

    def __len__(self) -> int:
        return len(self.events)

    def points(self, grain: Grain) -> list[int]:
        """Where the grain puts each event."""
        return self._column(("points", grain.label), lambda: self._points(grain).tolist())

    def amounts(self, name: str) -> Amounts:
        """The amount of each event."""
        column = self._batch.amounts[name]
        return column if self._chosen is None else column.of(self._chosen)

    def values(self, name: str) -> list[Any]:
        """A property of each event, UNSET where absent; of a nested one, the first item's."""
        return self._column(("values", name), lambda: self._values(name))

    def texts(self, name: str) -> Texts:
        """A property of each event as a dimension has it."""
        return self._column(("texts", name), lambda: _texts(self.values(name)))

    def groups(self, grain: Grain) -> Groups:
        """The events by where the grain puts them."""
        return self._column(("groups", grain.label), lambda: Groups(self._points(grain)))

    def split_groups(self, grain: Grain, name: str) -> Groups:
        """The events by grain and by the text of a property: the key is point * number of texts + code."""
        return self._column(("groups", grain.label, name), lambda: self._split_groups(grain, name))

    def keys(self, entity: tuple[str, ...]) -> Keys:
        """The entities that the events name; events that lack one are left out."""
        if any("." in name for name in entity):
            return self._nested_keys(entity)
        columns = [self._entities(name) for name in entity]
        if all(UNSET not in column for column in columns):
            places = None
        else:
            places = [i for i, parts in enumerate(zip(*columns, strict=True)) if UNSET not in parts]
        parts = columns if places is None else [[column[i] for i in places] for column in columns]
        return Keys(parts[0] if len(parts) == 1 else list(map(entity_key, zip(*parts, strict=True))), places)

    def _nested_keys(self, entity: tuple[str, ...]) -> Keys:
        """Of every combination of the rows that pass, one list with another; parts in the order of the entity."""
        heads = {_head(name): name for name in entity if "." in name}
        groups = [[name for name in entity if "." not in name]]
        groups += [[name for name in entity if "." in name and _head(name) == head] for head in heads]
        order = [(i, group.index(name)) for name in entity for i, group in enumerate(groups) if name in group]
        plain = [self._entities(name) for name in groups[0]]
        lists = [self._row_parts(names) for names in groups[1:]]
        entities: list[str] = []
        places: list[int] = []
        for place, event in enumerate(self.events):
            first = tuple(column[place] for column in plain)
            if UNSET in first:
                continue
            combinations = product((first,), *(parts(event) for parts in lists))
            found = {entity_key([one[i][j] for i, j in order]) for one in combinations}
            entities.extend(found)
            places.extend([place] * len(found))
        return Keys(entities, places)

    def _row_parts(self, names: list[str]) -> Callable[[Any], set[tuple[str, ...]]]:
        """Reads these parts, all of one list, off the rows of an event that pass and have them all."""
        rows, getters = self._decoder.rows(names[0]), [self._decoder.entity(name) for name in names]
        tests = self._tests(names[0])

        def parts(event: Any) -> set[tuple[str, ...]]:
            passing = (row for row in rows(event) if all(test(row) for test in tests))
            return {found for row in passing if UNSET not in (found := tuple(get(row) for get in getters))}

        return parts

    def _entities(self, name: str) -> list[Any]:
        return self._column(("entity", name), lambda: list(map(self._decoder.entity(name), self.events)))

    def _column(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """What was made under this key before, or is made now; a key stands for one type."""
        if key not in self._columns:
            self._columns[key] = make()
        column: T = self._columns[key]
        return column

    def _points(self, grain: Grain) -> Column:
        return self._column(
            ("column", grain.label),
            lambda: grain.column(self._batch.times if self._chosen is None else self._batch.times[self._chosen]),
        )

    def _split_groups(self, grain: Grain, name: str) -> Groups:
        texts = self.texts(name)
        return Groups(self._points(grain) * len(texts.names) + texts.codes)

    def _values(self, name: str) -> list[Any]:
        if "." not in name:
            return list(map(self._decoder.getter(name), self.events))
        rows, get = self._decoder.rows(name), self._decoder.within(name)
        return [next(map(get, rows(event)), UNSET) for event in self.events]

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
        self.events = list(compress(self.events, mask))
        self._chosen = kept if self._chosen is None else self._chosen[kept]
        self._columns.clear()

    def _tests(self, name: str) -> list[Callable[[Any], bool]]:
        """The item conditions on the list that this property stands in."""
        mine = [condition for condition in self._conditions if _head(condition.property) == _head(name)]
        return [_item_test(self._decoder.within(condition.property), predicate(condition)) for condition in mine]

    def _some_item(self, event: object) -> bool:
        heads = {_head(condition.property): condition.property for condition in self._conditions}
        return all(
            any(all(test(item) for test in self._tests(name)) for item in self._decoder.rows(name)(event))
            for name in heads.values()
        )


def _head(name: str) -> str:
    """The list, or object, that a nested property stands in."""
    return name.partition(".")[0]


def _coded(names: Sequence[str]) -> tuple[dict[str, int], Column]:
    """Each name once with its number, in order of appearance; and the number of each."""
    codes = {name: code for code, name in enumerate(dict.fromkeys(names))}
    return codes, np.fromiter(map(codes.__getitem__, names), np.int64, len(names))


def _texts(values: list[Any]) -> Texts:
    codes, column = _coded(values if {str}.issuperset(map(type, values)) else list(map(_text, values)))
    return Texts(list(codes), column)


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
