"""From a batch of records to columns: events, ids, types, times, amounts, and what is refused.  Never raises.

    a piece at once, strictly ──▶ at once, settled ──▶ one by one, by what the event's own type needs

Every step gives what the last would give; only the last refuses.  Of a key that comes twice the last counts.  What no
measure needs is only looked at as JSON: it may be of any type, and need not be UTF-8.
"""

from collections.abc import Iterator, Sequence
from itertools import compress
from operator import attrgetter
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from schemas.definition.model import CloudEventsFormat
from schemas.events.needs import Needs, Raw, Refused
from streams.events.amount_column import AmountColumn
from streams.events.amounts import Amounts
from streams.events.cloudevents import structured
from streams.events.columns import Coded, Getter, Values, as_entity, column_of
from streams.events.faults import FAULTS, Diagnosis, Fault
from streams.events.gathering import Gathering
from streams.events.raws import Raws
from streams.events.structs import Branch, Leaf, Shape, frame, grow, is_text, place, roles
from streams.events.timestamps import Times

_PIECES: Final = (1024, 32)
"""Records decoded in one call: few enough for the caches; where that fails, so few that one bad record costs little."""
_NEWLINE, _OPEN, _CLOSE = b"\n{}"


class Decoded(msgspec.Struct, frozen=True):
    """The good events in log order, as columns of one length; ``index``: their places in the batch (None: all good).

    An id is the event's identity, of a CloudEvent its source and id.  An amount is not there where the event has none
    or its type needs none.  ``entities`` hold the properties that are nothing but entities, ``columns`` all others that
    are needed, UNSET where absent or null: by ``column_of`` its name, so that one with a dot stands in rows there
    (``rows_of``, and ``Decoder.within`` a row).  An event may be asked for what its own type needs; anything else may
    be there or not.
    """

    index: list[int] | None
    ids: list[str]
    types: Coded
    times: Times
    amounts: dict[str, Amounts]
    entities: dict[str, Coded]
    columns: dict[str, Values]
    refused: list[Refused]


class Decoder:
    """Of one source; raises DefinitionError."""

    def __init__(self, needs: Needs) -> None:
        form = self._format = needs.format
        every = (needs.every, *needs.by_type.values())
        whole = self._tree = grow(form, every)
        self._whole, self._every = Shape(whole, whole), Shape(grow(form, (needs.every,)), whole)
        self._by_type = {of: Shape(grow(form, (needs.every, one)), whole) for of, one in needs.by_type.items()}
        self._frame = {role: attrgetter(self._whole.attribute(path)) for role, path in frame(form).items()}
        heads = {column_of(name): place(form, name).head for one in every for name, _ in roles(one)}
        getters = {name: attrgetter(self._whole.attribute(head)) for name, head in heads.items()}
        self._entities = {name: get for name, get in getters.items() if self._is_entity(heads[name])}
        self._columns = {name: get for name, get in getters.items() if name not in self._entities}
        self._type = Shape(_only_type(frame(form)["type"]), whole).wide
        self._diagnosis = Diagnosis(frame(form))
        self._ids_are_text = is_text(self._leaf(frame(form)["id"]))
        names = sorted({name for one in every for name in one.amounts})
        self._amounts = {name: AmountColumn(needs, name, self._whole) for name in names}

    def decode(self, raws: Sequence[Raw]) -> Decoded:
        """All of the batch: each record is either among the good or refused."""
        faults: dict[int, Fault] = {}
        values = Raws.of(raws).values
        if isinstance(self._format, CloudEventsFormat) and any(raw.headers for raw in raws):
            values, faults = structured(raws)
        gathering = Gathering(self._frame, self._entities, self._columns)
        index = self._gather(values, faults, gathering)
        gathering.check_versions()
        types, wrong = gathering.types(), gathering.wrong

        def text(i: int) -> bytes:
            return values[i if index is None else index[i]] or b""

        amounts = {
            name: column.of(gathering.columns[column_of(name)], types, text, wrong)
            for name, column in self._amounts.items()
        }
        ids = gathering.ids(are_text=self._ids_are_text)
        decoded = Decoded(index, ids, types, gathering.times(), amounts, gathering.entities(), gathering.columns, [])
        return _without(decoded, wrong, faults, len(raws)) if wrong or faults else decoded

    def within(self, name: str) -> Getter:
        """Reads a property with a dot of one of its rows: text, number, boolean or UNSET."""
        return attrgetter(self._whole.attribute(place(self._format, name).rest))

    def entity_within(self, name: str) -> Getter:
        """Reads a property with a dot of one of its rows as an entity: text or UNSET."""
        get, (head, rest) = self.within(name), place(self._format, name)
        return get if is_text(self._leaf(head + rest)) else lambda row: as_entity(get(row))

    def _is_entity(self, head: tuple[str, ...]) -> bool:
        node = self._node(head)
        return isinstance(node, Leaf) and is_text(node)

    def _node(self, path: tuple[str, ...]) -> Branch | Leaf:
        node: Branch | Leaf = self._tree
        for key in path:
            if not isinstance(node, Branch):
                raise KeyError(".".join(path))
            node = node.children[key]
        return node

    def _leaf(self, path: tuple[str, ...]) -> Leaf:
        node = self._node(path)
        if not isinstance(node, Leaf):
            raise KeyError(".".join(path))
        return node

    def _gather(self, values: list[bytes | None], faults: dict[int, Fault], gathering: Gathering) -> list[int] | None:
        """Adds the faults found to ``faults``; gives the places of the good, None where all are."""
        index = list[int]()
        for span, several in self._pieces(values, range(len(values)), _PIECES):
            if several is not None:
                gathering.add(several)
                index += span
                continue
            alone = list(self._one_by_one(values, span, faults))
            gathering.add([event for _, event in alone])
            index += [i for i, _ in alone]
        return index if len(index) < len(values) else None

    def _pieces(
        self, values: list[bytes | None], span: range, sizes: tuple[int, ...]
    ) -> Iterator[tuple[range, list[Struct] | None]]:
        """The events of each piece, or None of one that must be judged one by one."""
        for begin in range(span.start, span.stop, sizes[0]):
            piece = range(begin, min(begin + sizes[0], span.stop))
            events = self._at_once(values[piece.start : piece.stop])
            if events is None and len(sizes) > 1:
                yield from self._pieces(values, piece, sizes[1:])
            else:
                yield piece, events

    def _at_once(self, values: list[bytes | None]) -> list[Struct] | None:
        lines = _lines(values)
        if lines is None:
            return None
        try:
            events = self._whole.strict.decode_lines(lines)
        except FAULTS:
            try:
                events = self._whole.wide.decode_lines(lines)
            except FAULTS:
                return None
            if len(events) == len(values):
                self._whole.settle(events)
        return events if len(events) == len(values) else None

    def _one_by_one(
        self, values: list[bytes | None], span: range, faults: dict[int, Fault]
    ) -> Iterator[tuple[int, Struct]]:
        events: list[tuple[int, Struct]] = []
        unsettled: dict[Shape, list[Struct]] = {}
        for i in span:
            value = values[i]
            if i in faults:
                continue
            if not value:
                faults[i] = "empty", "no value"
                continue
            shape = self._every
            try:
                shape = self._by_type.get(self._frame["type"](self._type.decode(value)), shape)
                event = shape.wide.decode(value)
            except FAULTS as error:
                faults[i] = self._diagnosis.of(value, error)
                continue
            events.append((i, event))
            unsettled.setdefault(shape, []).append(event)
        for shape, several in unsettled.items():
            shape.settle(several)
        return iter(events)


def _only_type(path: tuple[str, ...]) -> Branch:
    node: Branch | Leaf = Leaf(frozenset(("type",)))
    for key in reversed(path):
        branch = Branch()
        branch.children[key] = node
        branch.listable = False
        node = branch
    if isinstance(node, Leaf):
        raise TypeError(path)
    return node


def _lines(values: list[bytes | None]) -> bytes | None:
    """The batch as lines, None where it cannot be told that each record is one line with one object.

    With every value from ``{`` to ``}`` and no newline inside, a value that ends within an object breaks the syntax at
    the next line's brace; so each holds whole objects, and as many as there are values only if each holds one.
    """
    try:
        joined = b"\n".join(values)  # type: ignore[arg-type]  # a tombstone is a TypeError
    except TypeError:
        return None
    if _is_aligned(joined, len(values)):
        return joined
    # pretty-printed or padded: a carriage return is white space wherever a newline is, and as wrong inside a text
    joined = b"\n".join([value.strip(b" \t\r\n").replace(b"\n", b"\r") for value in values if value])
    return joined if _is_aligned(joined, len(values)) else None


def _is_aligned(joined: bytes, number: int) -> bool:
    if not joined or joined[0] != _OPEN or joined[-1] != _CLOSE:
        return not number
    text = np.frombuffer(joined, np.uint8)
    ends = np.flatnonzero(text == _NEWLINE)
    return len(ends) == number - 1 and bool((text[ends - 1] == _CLOSE).all() and (text[ends + 1] == _OPEN).all())


def _without(decoded: Decoded, wrong: dict[int, Fault], faults: dict[int, Fault], number: int) -> Decoded:
    """Takes out what the columns showed to be wrong, and tells all that is refused in the order of the batch."""
    places = list(range(number)) if decoded.index is None else decoded.index
    faults |= {places[i]: fault for i, fault in wrong.items()}
    refused = [Refused(i, *faults[i]) for i in sorted(faults)]
    if not wrong:
        return msgspec.structs.replace(decoded, refused=refused)
    keep = [i not in wrong for i in range(len(places))]
    mask = np.array(keep, np.bool_)
    return Decoded(
        list(compress(places, keep)),
        list(compress(decoded.ids, keep)),
        decoded.types.chosen(mask),
        decoded.times[mask],
        {name: column.of(mask) for name, column in decoded.amounts.items()},
        {name: column.chosen(mask) for name, column in decoded.entities.items()},
        {name: list(compress(column, keep)) for name, column in decoded.columns.items()},
        refused,
    )
