"""An event as publishers give it, and the message it becomes: flat JSON, or CloudEvents 1.0 in structured mode.

In CloudEvents ``subject`` and ``source`` are the attributes of these names, every other property stands in ``data``.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final, NamedTuple, Self
from uuid import uuid4

import msgspec

from schemas.definition.model import CloudEventsFormat, FlatFormat, Source
from schemas.errors import PublishError

Headers = tuple[tuple[str, bytes], ...]

ORIGIN: Final = "nsm"
"""The CloudEvents attribute ``source`` where nobody says otherwise."""

STRUCTURED: Final[Headers] = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
_ATTRIBUTES: Final = ("subject", "source")
_JSON: Final = msgspec.json.Encoder(decimal_format="number")


class Message(NamedTuple):
    """What goes to Kafka.  ``id`` names the event to people, and spreads messages that have no key."""

    key: bytes | None
    value: bytes
    headers: Headers
    id: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something a customer did.

    ``id`` is the same however often the event is sent: double sending is noticed by it.  ``time`` is when it happened,
    with offset.  Amounts may be ``Decimal``: they travel digit by digit.  Raises ValueError for what no worker would
    count: an empty id or type, a time without offset, a number that is not finite.
    """

    id: str
    type: str
    time: datetime
    properties: dict[str, Any] = {}

    @classmethod
    def new(cls, type: str, time: datetime, **properties: Any) -> Self:  # noqa: A002  (the word of CloudEvents)
        """An event with an id of its own; keep the event, not its parts, to send it again."""
        return cls(id=str(uuid4()), type=type, time=time, properties=properties)

    def __post_init__(self) -> None:
        if not self.id or not self.type:
            raise ValueError("an event needs an id and a type")
        if self.time.utcoffset() is None:
            raise ValueError(f"event {self.id}: its time has no offset; say which zone {self.time} is in")
        if not all(map(isfinite, _numbers(self.properties))):
            raise ValueError(f"event {self.id}: a number is not finite")


def encode(event: Event, source: Source, origin: str = ORIGIN) -> Message:
    """The message of an event, keyed by the source's entity.

    An event without the entity (an order of a guest) is legal and has no key.  Raises PublishError where the entity is
    neither text nor a whole number, or a property stands where another one does.
    """
    match source.format:
        case FlatFormat():
            document, headers = _flat(event, source.format), Headers()
        case CloudEventsFormat():
            document, headers = _cloud_event(event, origin), STRUCTURED
    return Message(_entity_key(event, source), _JSON.encode(document), headers, event.id)


def key_of(entity: object) -> bytes | None:
    """The key of a message: the entity's text, nothing where there is none; raises TypeError for what names nobody.

    An empty text is none, as workers have it: under one key all events of nobody would lie in one partition.
    """
    match entity:
        case None | "":
            return None
        case str():
            return entity.encode()
        case int() if not isinstance(entity, bool):
            return str(entity).encode()
        case _:
            raise TypeError("neither text nor a whole number")


def _entity_key(event: Event, source: Source) -> bytes | None:
    found: object = event.properties
    if source.keyed_by in event.properties:  # also where its name has a dot
        found = event.properties[source.keyed_by]
    else:
        for part in source.keyed_by.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    try:
        return key_of(found)
    except TypeError as error:
        raise PublishError(f"event {event.id}: {source.keyed_by} is {error}") from None


def _flat(event: Event, form: FlatFormat) -> dict[str, Any]:
    document: dict[str, Any] = {}
    _place(document, form.id, event.id)
    _place(document, form.type, event.type)
    _place(document, form.time, event.time)
    for name, value in event.properties.items():
        _place(document, form.path(name), value)
    return document


def _place(document: dict[str, Any], path: str, value: object) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        document = document.setdefault(parent, {})
        if not isinstance(document, dict):
            raise PublishError(f"{path}: another value stands at {parent}")
    if name in document:
        raise PublishError(f"{path}: another value stands there")
    document[name] = value


def _cloud_event(event: Event, origin: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": event.id,
        "type": event.type,
        "source": origin,
        "time": event.time,
        "datacontenttype": "application/json",
    }
    data = dict(event.properties)
    for name in _ATTRIBUTES:
        value = data.pop(name, None)
        if value is not None:
            document[name] = str(value)
    document["data"] = placed = dict[str, Any]()
    for name, value in data.items():
        _place(placed, name, value)
    return document


def _numbers(value: object) -> Iterator[float | Decimal]:
    match value:
        case float() | Decimal():
            yield value
        case dict():
            for inner in value.values():
                yield from _numbers(inner)
        case list() | tuple():
            for inner in value:
                yield from _numbers(inner)
