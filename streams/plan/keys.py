"""What the events of a measure must be keyed by."""

from schemas.definition import model
from schemas.definition.model import Definition, Dimension, Measure, Source


def rekeyed_by(measure: Measure, source: Source) -> str | None:
    """The property that a measure's events must be keyed by anew; None where they need not be.

    A pair with the topic's key in it lies in one partition already, whichever comes first.
    """
    if isinstance(measure, model.Count | model.Sum | model.Distribution) or source.keyed_by in measure.entity:
        return None
    return measure.entity[0]


def settled_by(dimension: Dimension, source: Source) -> str | None:
    """Likewise of what is counted by a dimension that is remembered of entities; the whole stays where it is."""
    return dimension.settled if dimension.settled and dimension.settled != source.keyed_by else None


def keys_of(definition: Definition, measure: Measure) -> tuple[str, ...]:
    """By all that a measure's events are keyed anew: for itself, and for the dimensions that it is split by."""
    source = definition.source(measure.source)
    dimensions = (definition.dimensions[name] for name in measure.by_dimension)
    keys = {rekeyed_by(measure, source), *(settled_by(one, source) for one in dimensions)}
    return tuple(sorted(key for key in keys if key is not None))
