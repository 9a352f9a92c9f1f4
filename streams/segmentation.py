"""What a definition says of a metric's segments, whatever was counted."""

from schemas.definition import model
from schemas.definition.model import Definition
from schemas.definition.operands import operands
from streams.plan import Remembering, measures_of


def segmented_by(definition: Definition, metric: str) -> tuple[str, ...]:
    """The dimensions that every measure of the metric is split by; none where it rests on a share of segments."""
    if shared_by(definition, metric):
        return ()
    found = [definition.measures[name].by_dimension for name in measures_of(definition, metric)]
    return tuple(name for name in found[0] if all(name in others for others in found))


def most_shown(definition: Definition, metric: str, dimension: str) -> int:
    """How many segments of the metric are shown beside ``other`` and ``none``, at the most."""
    declared = definition.dimensions[dimension]
    least = len(declared.values)
    return least if declared_only(definition, metric, dimension) else max(declared.limit, least)


def declared_only(definition: Definition, metric: str, dimension: str) -> bool:
    """Whether its segments are the declared values alone: of whatever counts entities, or is remembered of them."""
    if definition.dimensions[dimension].settled:
        return True
    return any(isinstance(definition.measures[name], Remembering) for name in measures_of(definition, metric))


def shared_by(definition: Definition, metric: str) -> frozenset[str]:
    """The dimensions of the shares that a metric rests on."""
    return _shared_by(definition, definition.metrics[metric].value, set())


def _shared_by(definition: Definition, value: model.Value, met: set[str]) -> frozenset[str]:
    if isinstance(value, model.Share):
        return frozenset((value.dimension,))
    below = [name for name in operands(value) if name not in met and name not in definition.measures]
    met.update(below)
    return frozenset[str]().union(*(_shared_by(definition, definition.metrics[name].value, met) for name in below))
