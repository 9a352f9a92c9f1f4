"""What the company's clocks show, for those who know UTC alone."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from services.exporter.families.making import gauge


def of_clocks(ahead_seconds: float) -> Iterator[Family]:
    """How far they are ahead of UTC."""
    yield gauge(names.TIME_ZONE_OFFSET, [((), ahead_seconds)])
