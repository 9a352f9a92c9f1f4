"""What a definition would ask of an exporter as it comes."""

from typing import Final

from schemas.advice.size import Size
from schemas.definition.model import Definition
from services.exporter.bound import SERIES_LIMIT, most_series

EACH_S: Final = 20e-6
"""Of one core, for a series; ``python -m tests.benchmarks.exporter`` measures it."""
PATIENCE_S: Final = 5.0
"""Of an exporter: ``services.exporter.snapshots.STALE_S``, whose module brings a client of Kafka along."""


def size_of(definition: Definition) -> Size:
    """With every segment there that may be."""
    series = most_series(definition)
    return Size(series=series, shown=SERIES_LIMIT, seconds=series * EACH_S, patience=PATIENCE_S)
