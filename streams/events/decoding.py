"""From a batch of records to columns: events, ids, types, times, amounts, and what is refused.  Never raises.

    a piece at once, strictly ──▶ at once, settled ──▶ one by one, by what the event's own type needs

Every step gives what the last would give; only the last refuses.  Of a key that comes twice the last counts.  What no
measure needs is only looked at as JSON: it may be of any type, and need not be UTF-8.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from operator import attrgetter
from typing import Any, Final

import msgspec
import numpy as np
from msgspec import UNSET, Struct
from numpy.typing import NDArray

from schemas.definition.model import CloudEventsFormat
from schemas.events.needs import Needs, Raw, Refused
from streams.events.amounts import Amounts
from streams.events.cloudevents import structured
from streams.events.columns import AmountColumn
from streams.events.faults import FAULTS, Diagnosis, Fault
from streams.events.structs import Branch, Leaf, Shape, frame, grow, is_text, place
from streams.events.timestamps import parsed

_PIECES: Final = (512, 32)
"""Records decoded in one call: few enough for the caches; where that fails, so few that one bad record costs little."""
_NEWLINE, _OPEN, _CLOSE = b"\n{}"


class Decoded(msgspec.Struct, frozen=True):
    """The good events in log order, as columns of one length; ``index``: their places in the batch (None: all good).

    An id is the event's identity, of a CloudEvent its source and id.  An amount is not there where the event has none
    or its type needs none; every other property is read off the events by the decoder's getters.
    """

    events: list[Any]
    index: list[int] | None
    ids: list[str]
    types: list[str]
    times: NDArray[np.int64]
    amounts: dict[str, Amounts]
    refused: list[Refused]


class Decoder:
    """Of one source; raises DefinitionError.

    A name without a dot is asked of an event (``getter``); one with a dot stands in the rows that its head leads to
    (``rows``), and is asked of a row (``within``).  A value is UNSET where absent or null.  ``entity`` reads either as
    an entity: a whole number is its decimal text, and an empty text is absent.  An event may be asked for what its own
    type needs; anything else may be there or not.
    """

    def __init__(self, needs: Needs) -> None:
        form = self._format = needs.format
        whole = self._tree = grow(form, (needs.every, *needs.by_type.values()))
        self._whole, self._every = Shape(whole, whole), Shape(grow(form, (needs.every,)), whole)
        self._by_type = {of: Shape(grow(form, (needs.every, one)), whole) for of, one in needs.by_type.items()}
        self._get = {role: attrgetter(self._whole.attribute(path)) for role, path in frame(form).items()}
        self._type = Shape(_only_type(frame(form)["type"]), whole).wide
        self._diagnosis = Diagnosis(frame(form))
        id_ = self._leaf(frame(form)["id"])
        self._ids_are_text = is_text(id_)
        names = sorted({name for one in (needs.every, *needs.by_type.values()) for name in one.amounts})
        self._amounts = {name: AmountColumn(needs, name, self._whole) for name in names}

    def decode(self, raws: Sequence[Raw]) -> Decoded:
        """All of the batch: each record is either among the good or refused."""
        faults: dict[int, Fault] = {}
        values = [raw.value for raw in raws]
        if isinstance(self._format, CloudEventsFormat) and any(raw.headers for raw in raws):
            values, faults = structured(raws)
        events, index = self._events(values, faults)
        ids, types = self._ids(events), list(map(self._get["type"], events))
        times, wrong = parsed(list(map(self._get["time"], events)))
        wrong |= self._wrong_versions(events)

        def text(i: int) -> bytes:
            return values[i if index is None else index[i]] or b""

        amounts = {name: column.of(events, types, text, wrong) for name, column in self._amounts.items()}
        decoded = Decoded(events, index, ids, types, times, amounts, [])
        return _without(decoded, wrong, faults, len(raws)) if wrong or faults else decoded

    def getter(self, name: str) -> Callable[[Any], Any]:
        """Reads a property, by its name without a dot, of an event: text, number, boolean or UNSET."""
        return attrgetter(self._whole.attribute(place(self._format, name).head))

    def rows(self, name: str) -> Callable[[Any], Sequence[Any]]:
        """Reads the rows that a property with a dot stands in: the objects of a list, or one object, or none."""
        get = attrgetter(self._whole.attribute(place(self._format, name).head))

        def rows(event: Any) -> Sequence[Any]:
            value = get(event)
            if isinstance(value, list):
                return value
            return () if value is UNSET else (value,)

        return rows

    def within(self, name: str) -> Callable[[Any], Any]:
        """Reads a property with a dot of one of its rows."""
        return attrgetter(self._whole.attribute(place(self._format, name).rest))

    def entity(self, name: str) -> Callable[[Any], Any]:
        """Reads a property as an entity, text or UNSET: of an event, or of a row where the name has a dot."""
        head, rest = place(self._format, name)
        get = attrgetter(self._whole.attribute(rest or head))
        if is_text(self._leaf(head + rest)):
            return get

        def entity(of: Any) -> Any:
            value = get(of)
            return UNSET if value is UNSET or value == "" else str(value)

        return entity

    def _leaf(self, path: tuple[str, ...]) -> Leaf:
        node: Branch | Leaf = self._tree
        for key in path:
            if not isinstance(node, Branch):
                raise KeyError(".".join(path))
            node = node.children[key]
        if not isinstance(node, Leaf):
            raise KeyError(".".join(path))
        return node

    def _ids(self, events: list[Struct]) -> list[str]:
        ids = list(map(self._get["id"], events))
        if not self._ids_are_text:
            ids = list(map(str, ids))
        if "source" not in self._get:
            return ids
        return [
            f"{len(source)}:{source}{id_}" for source, id_ in zip(map(self._get["source"], events), ids, strict=True)
        ]

    def _wrong_versions(self, events: list[Struct]) -> dict[int, Fault]:
        if "specversion" not in self._get:
            return {}
        versions = list(map(self._get["specversion"], events))
        if all(version.startswith("1.") for version in set(versions)):
            return {}
        fault: Fault = ("bad_envelope", "specversion is not 1.x")
        return {i: fault for i, version in enumerate(versions) if not version.startswith("1.")}

    def _events(self, values: list[bytes | None], faults: dict[int, Fault]) -> tuple[list[Struct], list[int] | None]:
        """Adds the faults found to ``faults``."""
        events, index = list[Struct](), list[int]()
        for span, several in self._pieces(values, range(len(values)), _PIECES):
            if several is not None:
                events += several
                index += span
                continue
            for i, event in self._one_by_one(values, span, faults):
                events.append(event)
                index.append(i)
        return events, index if len(index) < len(values) else None

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
                shape = self._by_type.get(self._get["type"](self._type.decode(value)), shape)
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
        list(compress(decoded.events, keep)),
        list(compress(places, keep)),
        list(compress(decoded.ids, keep)),
        list(compress(decoded.types, keep)),
        decoded.times[mask],
        {name: column.of(mask) for name, column in decoded.amounts.items()},
        refused,
    )
