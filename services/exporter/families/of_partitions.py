"""Where each partition stands, for whoever looks after the pipeline."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from services.exporter.families.making import gauge
from services.exporter.snapshots import Seen
from streams.state.port import NEVER


def of_partitions(seen: Seen) -> Iterator[Family]:
    """Shown also while readings are not: a partition that is behind is told of here."""
    watermarks, positions, lags = [], [], []
    for partition, standing in seen.standings.items():
        labels = partition.topic, str(partition.number)
        positions.append((labels, float(standing.position)))
        if standing.watermark != NEVER:
            watermarks.append((labels, standing.watermark / 1000))
        if (lag := seen.lag(partition)) is not None:
            lags.append((labels, float(lag)))
    yield gauge(names.WATERMARK, watermarks)
    yield gauge(names.POSITION, positions)
    yield gauge(names.POSITION_LAG, lags)
