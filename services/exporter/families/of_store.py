"""How full the store is, for whoever has to make room before it refuses commits."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from services.exporter.families.making import gauge
from services.exporter.snapshots import Seen


def of_store(seen: Seen) -> Iterator[Family]:
    """Shown also while readings are not; no limit where there is none."""
    memory = seen.memory
    yield gauge(names.STORE_USED, [] if memory is None else [((), float(memory.used))])
    limit = None if memory is None else memory.limit
    yield gauge(names.STORE_LIMIT, [] if limit is None else [((), float(limit))])
