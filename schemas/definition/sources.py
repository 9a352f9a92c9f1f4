"""``events``: the topics, and where things stand in their events."""

import re
from typing import Final

from schemas.definition.draft import Draft
from schemas.definition.durations import duration
from schemas.definition.faults import Faults, nearest, quoted
from schemas.definition.model import CloudEventsFormat, FlatFormat, Format, Source
from schemas.definition.names import check_name, property_path
from schemas.definition.nodes import Mapping, Node, Sequence
from schemas.definition.reading import Fields, sentence, word

ONLY: Final = "events"
"""The name of a single source that has none of its own."""

_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,237}")  # Kafka's 249 less ".dead-letter"
_PLACED: Final = ("id", "type", "time", "properties")
_SAMPLE: Final = Source(name="", topic="", keyed_by="")


def read_sources(node: Node, draft: Draft, faults: Faults) -> None:
    """One source as a mapping, or several as a list of them, each with a name."""
    if not isinstance(node, Sequence):
        _source(node, draft, faults, named=False)
        return
    if not node.items:
        faults.add(node.place, "is an empty list; at least one topic is needed")
    for item in node.items:
        _source(item, draft, faults, named=len(node.items) > 1)


def _source(node: Node, draft: Draft, faults: Faults, *, named: bool) -> None:
    before = len(faults)
    optional = ("format", "lateness", "dedupe", "ahead", "supplied_by", *(() if named else ("name",)))
    fields = Fields(node, faults, required=("topic", "keyed_by", *(("name",) if named else ())), optional=optional)
    name = fields.get_or("name", word, ONLY)
    check_name(name, fields.at("name"), faults)
    if name in draft.declared["source"] and "name" in fields:
        faults.add(fields.at("name"), f"{quoted(name)} is the name of another source too")
    draft.declared["source"].setdefault(name, node.place)
    source = Source(
        name=name,
        topic=fields.get_or("topic", _topic, ""),
        keyed_by=fields.get_or("keyed_by", property_path, ""),
        format=fields.get_or("format", _format, _SAMPLE.format),
        lateness_ms=fields.get_or("lateness", duration("7d"), _SAMPLE.lateness_ms),
        dedupe_ms=fields.get_or("dedupe", duration("1h", off=True), _SAMPLE.dedupe_ms),
        ahead_ms=fields.get_or("ahead", duration("1h"), _SAMPLE.ahead_ms),
        supplied_by=fields.get_or("supplied_by", sentence, ""),
    )
    if len(faults) == before:
        draft.sources[name] = source


def _topic(node: Node, faults: Faults) -> str | None:
    text = word(node, faults)
    if text is None or (_TOPIC.fullmatch(text) and text.strip(".")):
        return text
    faults.add(node.place, f"{quoted(text)} is no Kafka topic: up to 237 of a-z, A-Z, 0-9, dot, _ and -")
    return None


def _format(node: Node, faults: Faults) -> Format | None:
    if isinstance(node, Mapping):
        return _flat(node, faults)
    text = word(node, faults)
    if text == "flat":
        return FlatFormat()
    if text == "cloudevents":
        return CloudEventsFormat()
    if text is not None:
        hint = nearest(text, ("flat", "cloudevents"))
        faults.add(node.place, f"{quoted(text)} is not flat, cloudevents or a mapping of places{hint}")
    return None


def _flat(node: Mapping, faults: Faults) -> FlatFormat:
    fields = Fields(node, faults, optional=node.entries)
    found = {name: fields.get(name, property_path) for name in node.entries}
    paths = {name: path for name, path in found.items() if path is not None}
    for name, place in node.keys.items():
        if not name or "." in name:
            faults.add(place, "the place of a nested property follows from its first part; name that")
    return FlatFormat(
        id=paths.get("id", FlatFormat().id),
        type=paths.get("type", FlatFormat().type),
        time=paths.get("time", FlatFormat().time),
        properties=paths.get("properties", ""),
        places={name: path for name, path in paths.items() if name not in _PLACED},
    )
