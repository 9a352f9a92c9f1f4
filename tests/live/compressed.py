"""Windows of seconds: what the grammar gives minutes to is read in seconds, by every process of a test alike.

Nothing else is changed: buckets, cells, readings and rules do not know the difference.
"""

from pathlib import Path

import msgspec

from schemas.definition import loading
from schemas.definition.model import Definition, Metric, RollingSpan

SIXTY = 60
PATCH = "from tests.live import compressed\ncompressed.install()\n"
"""Put before the code of a process."""

_load = loading.load


def load(path: Path) -> Definition:
    """As ``schemas.definition.loading``; a window of 20 minutes comes to 20 seconds."""
    definition = _load(path)
    metrics = {name: _compressed(metric) for name, metric in definition.metrics.items()}
    return msgspec.structs.replace(definition, metrics=metrics)


def _compressed(metric: Metric) -> Metric:
    windows = tuple(
        RollingSpan(one.span_ms // SIXTY, one.grain_ms // SIXTY) if isinstance(one, RollingSpan) else one
        for one in metric.windows
    )
    return msgspec.structs.replace(metric, windows=windows)


def install() -> None:
    """Before any command has been imported."""
    loading.load = load
