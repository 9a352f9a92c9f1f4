"""The exporter itself: whether it reads the state, and which version it shows."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from services.exporter.families.making import gauge, info
from services.version import VERSION


def of_exporter(definition: str, up: bool, read_ms: int, since_ms: int) -> Iterator[Family]:  # noqa: FBT001 a sample
    """``definition`` is the version that is shown; moments are 0 where there was none."""
    yield gauge(names.STATE_UP, [((), float(up))])
    yield gauge(names.SNAPSHOT_AGE, [((), read_ms / 1000)] if read_ms else [])
    yield gauge(names.DEFINITION_SINCE, [((definition,), since_ms / 1000)] if since_ms else [])
    yield info(names.BUILD_INFO, VERSION, definition)
