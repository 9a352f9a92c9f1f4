"""Events that already are in their wire form, one JSON object a line: sent byte for byte, only the key is read.

A line without the key (a guest's order) is legal and goes without one.  A line that is no JSON object, or whose key
names nobody, is bad: noted with its number and left out, or sent as it is where the dead-letter road shall judge it.
So is one that is larger than Kafka takes, which is left out always.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from schemas.definition.model import CloudEventsFormat, Source
from schemas.events.publishing import STRUCTURED, Headers, Message, key_of
from services.publisher.sizes import fits, sized

SHOWN = 5


class BadLine(NamedTuple):
    """A line that became no event; lines are numbered from 1."""

    number: int
    reason: str


class Faults:
    """How many lines were bad, and the first few."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[BadLine] = []

    def note(self, number: int, reason: str) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(BadLine(number, reason))

    def told(self) -> Iterator[str]:
        """A line for each of the first, and one for all others."""
        for number, reason in self.first:
            yield f"line {number:,}: {reason}"
        more = self.count - len(self.first)
        if more:
            yield "and 1 line more that is no event" if more == 1 else f"and {more:,} lines more that are no events"


class WireForm:
    """Where id, key and time stand in the lines of a source."""

    def __init__(self, source: Source) -> None:
        match source.format:
            case CloudEventsFormat():
                attribute = source.keyed_by in {"subject", "source"}
                self.id_path, self.time_path = "id", "time"
                self.key_path = source.keyed_by if attribute else f"data.{source.keyed_by}"
                self.headers: Headers = STRUCTURED
            case flat:
                self.id_path, self.time_path = flat.id, flat.time
                self.key_path = flat.path(source.keyed_by)
                self.headers = ()
        self._read = Reader(self.id_path, self.key_path)

    def message(self, line: bytes, number: int) -> Message:
        """The message of a line; raises ValueError with a reason that quotes none of it."""
        try:
            found, entity = self._read(line)
        except msgspec.ValidationError:
            raise ValueError(f"no JSON object, or none at the parents of {self.key_path}") from None
        except msgspec.DecodeError:
            raise ValueError("no JSON") from None
        except UnicodeDecodeError:
            raise ValueError("no UTF-8 text") from None
        try:
            key = key_of(entity)
        except TypeError as error:
            raise ValueError(f"{self.key_path} is {error}") from None
        return Message(key, line, self.headers, found if isinstance(found, str) and found else f"of line {number}")

    def as_it_is(self, line: bytes, number: int) -> Message:
        """A message of a bad line, without key."""
        return Message(None, line, self.headers, f"of line {number}")


def read_lines(
    lines: Iterable[bytes], form: WireForm, faults: Faults, *, send_invalid: bool = False
) -> Iterator[Message]:
    """The messages of all lines that are not blank; bad ones are noted, and sent only where asked for."""
    for number, whole in enumerate(lines, 1):
        line = whole.strip()
        if not line:
            continue
        try:
            yield sized(form.message(line, number))
        except ValueError as error:
            faults.note(number, str(error))
            if send_invalid and fits(bad := form.as_it_is(line, number)):
                yield bad


class Reader:
    """Decodes only what stands at a few dotted paths of a JSON object; None where nothing does."""

    def __init__(self, *paths: str) -> None:
        tree: dict[str, Any] = {}
        for path in paths:
            branch = tree
            for part in path.split("."):
                branch = branch.setdefault(part, {})
        self._fields = tuple(_fields(tree, path.split(".")) for path in paths)
        self._decoder = msgspec.json.Decoder(_struct(tree))

    def __call__(self, line: bytes) -> tuple[Any, ...]:
        """What stands at each path; raises msgspec's DecodeError."""
        try:
            document = self._decoder.decode(line)
        except RecursionError as error:
            raise msgspec.DecodeError("nested too deeply") from error
        return tuple(_at(document, fields) for fields in self._fields)


def _struct(tree: dict[str, Any]) -> type[msgspec.Struct]:
    fields = [
        (f"f{number}", (_struct(inner) | None) if inner else Any, None) for number, inner in enumerate(tree.values())
    ]
    return msgspec.defstruct("Line", fields, rename={f"f{number}": name for number, name in enumerate(tree)})


def _fields(tree: dict[str, Any], path: list[str]) -> tuple[str, ...]:
    """The attributes that lead to a path, as ``_struct`` names them."""
    if not path:
        return ()
    return f"f{list(tree).index(path[0])}", *_fields(tree[path[0]], path[1:])


def _at(found: Any, fields: tuple[str, ...]) -> Any:
    for field in fields:
        if found is None:
            return None
        found = getattr(found, field)
    return found
