"""Where events come from, what form they have, and by which of their properties measures are split."""

import msgspec

ANY = "any"  # in place of an event type: every event


class FlatFormat(msgspec.Struct, frozen=True, kw_only=True, tag_field="form", tag="flat"):
    """JSON objects; says where things stand in them.

    ``places`` maps a property's name to its path; whatever has no place of its own stands under ``properties``, or
    at the top where that is empty.  Paths are dotted.
    """

    id: str = "event_id"
    type: str = "event"
    time: str = "time"
    properties: str = ""
    places: dict[str, str] = {}

    def path(self, name: str) -> str:
        """Where a property of this name stands in the JSON."""
        head, dot, rest = name.partition(".")
        if head in self.places:
            return self.places[head] + dot + rest
        return f"{self.properties}.{name}" if self.properties else name


class CloudEventsFormat(msgspec.Struct, frozen=True, kw_only=True, tag_field="form", tag="cloudevents"):
    """CloudEvents 1.0, structured or binary mode, told apart by each message's headers.

    ``subject`` and ``source`` are the attributes of these names, every other property stands in ``data``.
    """


Format = FlatFormat | CloudEventsFormat


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One topic of events.

    ``keyed_by`` is the property that the topic's messages are keyed (partitioned) by.  An event may be ``lateness_ms``
    behind the latest of its partition and ``ahead_ms`` ahead of the broker's append time; ids are remembered for
    ``dedupe_ms`` of append time (0: not at all).  ``supplied_by`` names who publishes them, where that is another
    company.
    """

    name: str
    topic: str
    keyed_by: str
    format: Format = FlatFormat()
    lateness_ms: int = 7 * 86_400_000
    dedupe_ms: int = 3_600_000
    ahead_ms: int = 3_600_000
    supplied_by: str = ""


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    """A property whose values split a measure: at most ``limit`` shown (``values`` first), then ``other``.

    An event without the property is ``none``.  Where entities are counted only ``values`` are told apart.

    ``settled`` is the property that names an entity, of which the value is remembered: all that it ever did is in the
    segment of the first value that one of its events carried, up to ``within_ms`` after its first event.
    """

    name: str
    property: str
    limit: int = 20
    values: tuple[str, ...] = ()
    settled: str = ""
    within_ms: int = 0
