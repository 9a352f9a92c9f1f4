"""What the readings come to, and how far they can be trusted."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from schemas.definition.model import Definition
from schemas.readings import Reading
from services.exporter.bound import Bounded
from services.exporter.families.making import Labels, gauge
from services.exporter.families.words import HELP
from streams.state.port import NEVER


def of_readings(definition: Definition, shown: Bounded | None) -> Iterator[Family]:
    """Every metric in every window, running and last complete."""
    running, complete = (shown.running, shown.complete) if shown else ([], [])
    values = [(_labels(r), float(r.value)) for r in running if r.value is not None]
    yield gauge(names.METRIC_VALUE, values, _described(definition))
    yield gauge(names.METRIC_NUMERATOR, [(_labels(r), float(r.numerator)) for r in running])
    divided = [(_labels(r), float(r.denominator)) for r in running if r.denominator is not None]
    yield gauge(names.METRIC_DENOMINATOR, divided)
    volumes = [(_labels(r), float(r.volume)) for r in running if r.volume is not None]
    yield gauge(names.METRIC_VOLUME, volumes)
    yield gauge(names.METRIC_COMPLETE, [(_labels(r), float(r.value)) for r in complete if r.value is not None])
    paces = [(_labels(r), float(r.pace.value)) for r in running if r.pace is not None]
    yield gauge(names.METRIC_PACE, paces)
    trust = shown.trust.items() if shown else ()
    known = [((metric,), one.as_of.watermark_ms / 1000) for metric, one in trust if one.as_of.watermark_ms != NEVER]
    yield gauge(names.METRIC_AS_OF, known)
    yield gauge(names.METRIC_COMPLETENESS, [((metric,), one.completeness) for metric, one in trust])


def _labels(reading: Reading) -> Labels:
    return reading.metric, reading.window, reading.dimension, reading.segment


def _described(definition: Definition) -> str:
    """What each metric means, as far as the definition says so."""
    said = [
        f"{one.name}: {' '.join(one.description.split())}" + (f" ({one.unit})" if one.unit else "")
        for one in definition.metrics.values()
        if one.description
    ]
    return " ".join([HELP[names.METRIC_VALUE], *said])
