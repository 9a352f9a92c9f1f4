"""What the metrics may be expected to be."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from services.expected.expected import Bands
from services.exporter.families.making import gauge


def of_expected(bands: Bands) -> Iterator[Family]:
    """Three bounds of each band."""
    samples = [
        ((metric, window, bound), value)
        for (metric, window), band in bands.items()
        for bound, value in band._asdict().items()
    ]
    yield gauge(names.METRIC_EXPECTED, samples)
