"""How far the series of readings are bounded."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from services.exporter.bound import Bounded
from services.exporter.families.making import gauge


def of_bound(limit: int, bounded: Bounded | None) -> Iterator[Family]:
    """What is left out is told while there are readings, also where it is nothing."""
    yield gauge(names.SERIES_LIMIT, [((), float(limit))])
    yield gauge(names.SERIES_LEFT_OUT, [] if bounded is None else [((), float(bounded.left_out))])
