"""What measures need of the events of a source."""

from schemas.definition import model
from schemas.definition.model import Definition, Dimension, Measure, Source
from schemas.events.needs import EventNeeds, Needs


def needs_of(definition: Definition, source: Source, measures: list[Measure], settled: list[Dimension]) -> Needs:
    """The properties that these measures read of each type, and of every event what these dimensions remember."""
    entities: dict[str, set[str]] = {}
    amounts: dict[str, dict[str, int]] = {}
    scalars: dict[str, set[str]] = {}
    for measure in measures:
        of = measure.of
        scalars.setdefault(of, set()).update(condition.property for condition in measure.where)
        carried = (definition.dimensions[name] for name in measure.by_dimension)
        scalars[of].update(one.property for one in carried if not one.settled)
        for one in types_of(measure):
            scalars.setdefault(one, set())
            entities.setdefault(one, set()).update(_entity(measure))
        if isinstance(measure, model.Amount):
            amounts.setdefault(of, {})[measure.property] = measure.decimals
    if settled:
        entities.setdefault(model.ANY, set()).update(one.settled for one in settled)
        scalars.setdefault(model.ANY, set()).update(one.property for one in settled)
    by_type = {
        of: EventNeeds(entities=frozenset(entities[of]), amounts=amounts.get(of, {}), scalars=frozenset(scalars[of]))
        for of in scalars
    }
    every = by_type.pop(model.ANY, EventNeeds())
    return Needs(format=source.format, every=every, by_type=by_type)


def types_of(measure: Measure) -> tuple[str, ...]:
    """The types of the events that it is made of."""
    return (measure.of, measure.to) if isinstance(measure, model.Conversion) else (measure.of,)


def _entity(measure: Measure) -> tuple[str, ...]:
    return () if isinstance(measure, model.Count | model.Sum | model.Distribution) else measure.entity
