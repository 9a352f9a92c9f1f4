"""What is remembered of an entity is remembered for each segment: which there are is said beforehand."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.model import Count, Dimension, Distribution, Sum


def entities_are_split_by_declared_values(draft: Draft) -> Iterator[Fault]:
    """A dimension with ``values``, of a property of the event itself."""
    for name, measure in draft.measures.items():
        if isinstance(measure, Count | Sum | Distribution):
            continue
        place = draft.at(f"measures.{name}.by_dimension", f"measures.{name}")
        for dimension in (draft.dimensions[one] for one in measure.by_dimension if one in draft.dimensions):
            wrong = _wrong(dimension)
            if wrong:
                yield Fault(place, wrong)


def _wrong(dimension: Dimension) -> str:
    if "." in dimension.property:
        return (
            f"{quoted(dimension.name)} is a property of items, of which an event may have several; what counts entities"
            " is split by a property of the event itself"
        )
    if not dimension.values:
        return (
            f"{quoted(dimension.name)} declares no values, and an entity counts once among all that are none of them;"
            f" say which are counted apart, such as {dimension.name}: {{property: {dimension.property}, values: [...]}}"
        )
    return ""
