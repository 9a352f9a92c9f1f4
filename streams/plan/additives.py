"""What is remembered of nobody: counts, sums, bins."""

from schemas.definition import model
from schemas.definition.model import Definition, Window
from streams.plan.parts import Additive, Choice, Series

Added = model.Count | model.Sum | model.Distribution


def additive_of(measure: Added, series: dict[Window, Series], dimensions: tuple[tuple[str, str], ...] = ()) -> Additive:
    """Over all its windows, split by these dimensions, (name, property) each."""
    distinct = {one.name: one for one in series.values()}
    return Additive(
        measure.name,
        Choice.by(measure),
        None if isinstance(measure, model.Count) else measure.property,
        tuple(distinct[name] for name in sorted(distinct)),
        dimensions,
        isinstance(measure, model.Distribution),
    )


def dimensions_of(definition: Definition, measure: Added) -> tuple[tuple[str, str], ...]:
    """Those that each event carries for itself."""
    dimensions = (definition.dimensions[name] for name in measure.by_dimension)
    return tuple((one.name, one.property) for one in dimensions if not one.settled)
