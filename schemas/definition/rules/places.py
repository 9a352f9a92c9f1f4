"""A key of a format is one of its own four, or a property that something uses."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, nearest
from schemas.definition.model import Amount, Count, Distribution, FlatFormat, Sum

_PLACED = ("id", "type", "time", "properties")


def places_are_meant(draft: Draft) -> Iterator[Fault]:
    """A place that nothing uses is allowed, unless it looks like one of the four misspelt."""
    used = {path.partition(".")[0] for path in _used(draft)}
    for name, source in draft.sources.items():
        if not isinstance(source.format, FlatFormat):
            continue
        for place in source.format.places:
            hint = nearest(place, _PLACED)
            if hint and place not in used:
                path = f"{draft.declared['source'][name].path}.format"
                yield Fault(draft.at(f"{path}.{place}", path), f"is a property that nothing uses{hint}")


def _used(draft: Draft) -> Iterator[str]:
    for source in draft.sources.values():
        yield source.keyed_by
    for dimension in draft.dimensions.values():
        yield dimension.property
        yield dimension.settled
    for measure in draft.measures.values():
        yield from (condition.property for condition in measure.where)
        if isinstance(measure, Amount):
            yield measure.property
        if not isinstance(measure, Count | Sum | Distribution):
            yield from measure.entity
