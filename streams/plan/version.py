"""The name of everything that decides what is counted."""

from hashlib import sha256

import msgspec

from schemas.definition.model import Definition, Measure, Window
from streams.plan.keys import keys_of
from streams.plan.parts import Remembering
from streams.plan.settling import settled_dimensions

FOLD = 1
"""Moves when the same definition is folded in another way, so that old and new state never meet."""


REKEYING = 1
"""Moves when messages of internal topics, or who gets them, change."""


SETTLING = 1
"""Moves when entities settle otherwise for the value of a dimension."""
INTERNAL_PARTITIONS = 4
"""Of every internal topic; fixed in a version."""


def version_of(definition: Definition, windows: dict[str, tuple[Window, ...]]) -> str:
    """Of all that decides what is counted, and nothing else: no target, no description, no order of the file.

    ``definition`` is canonical.
    """
    shown = [definition.measures[name] for name in sorted(definition.measures) if windows[name]]
    measures = [(_decisive(measure), windows[measure.name]) for measure in shown]
    properties = {name: one.property for name, one in sorted(definition.dimensions.items())}
    sources = [msgspec.structs.replace(source, supplied_by="") for source in definition.sources]
    sources.sort(key=lambda source: source.name)
    of_company = definition.time_zone, definition.week_starts
    decides: tuple[object, ...] = (FOLD, *of_company, sources, measures, properties)
    if any(keys_of(definition, one) for one in shown):
        decides += (REKEYING, INTERNAL_PARTITIONS)
    if split := {name for one in shown if isinstance(one, Remembering) for name in one.by_dimension}:
        decides += ({name: sorted(definition.dimensions[name].values) for name in split},)
    if settled := {
        one.name: (one.settled, one.within_ms, sorted(one.values)) for one in settled_dimensions(definition)
    }:
        decides += (SETTLING, settled)
    return sha256(msgspec.json.encode(decides, order="sorted")).hexdigest()[:10]


def _decisive(measure: Measure) -> dict[str, object]:
    """What decides its counts; a threshold of one is left out, as it was before there was any."""
    fields: dict[str, object] = msgspec.to_builtins(msgspec.structs.replace(measure, description="", unit=""))
    if fields.get("at_least") == 1:
        del fields["at_least"]
    return fields
