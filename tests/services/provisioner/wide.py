"""A company with more inputs and dimensions than anybody looks through."""

import msgspec

from schemas.definition.model import Count, Definition, Dimension, Metric, Plain, Ratio, RollingDays
from tests.services.provisioner.example import shop

INPUTS, DIMENSIONS = 30, 4


def wide(inputs: int = INPUTS, dimensions: int = DIMENSIONS) -> Definition:
    """Its north star and all its inputs are split by every dimension."""
    split = tuple(f"dimension_{n}" for n in range(dimensions))
    counts = [f"kind_{n}" for n in range(inputs + 1)]
    measures = {name: Count(name=name, source="shop", of=name, by_dimension=split) for name in counts}
    values = {name: Plain(name) for name in counts[1:]} | {"star": Ratio(counts[1], counts[0])}
    metrics = {name: Metric(name=name, value=value, windows=(RollingDays(7),)) for name, value in values.items()}
    given = shop()
    star = msgspec.structs.replace(given.north_star, metric="star", inputs=tuple(counts[1:]))
    return msgspec.structs.replace(
        given,
        dimensions={name: Dimension(name=name, property=name) for name in split},
        measures=measures,
        metrics=metrics,
        north_star=star,
        guardrails=(),
    )
