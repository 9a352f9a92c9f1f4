"""Families of samples, named and labelled as ``schemas/names.py`` has them."""

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric as Family

from schemas import names
from services.exporter.families.words import HELP

Labels = tuple[str, ...]
"""Values in the order of the names that the series has."""


def gauge(name: str, samples: Sequence[tuple[Labels, float]], words: str = "") -> Family:
    """``words`` in place of what the series' help is otherwise."""
    family = GaugeMetricFamily(name, words or HELP[name], labels=names.SERIES[name])
    for labels, value in samples:
        family.add_metric(labels, value)
    return family


def counter(name: str, samples: Mapping[Labels, int]) -> Family:
    """In the order given."""
    family = CounterMetricFamily(name, HELP[name], labels=names.SERIES[name])
    for labels, value in samples.items():
        family.add_metric(labels, value)
    return family


def info(name: str, *values: str) -> Family:
    """One sample, 1."""
    return infos(name, [values])


def infos(name: str, samples: Iterable[Labels]) -> Family:
    """Each 1."""
    family = InfoMetricFamily(name.removesuffix("_info"), HELP[name])
    for values in samples:
        family.add_metric([], dict(zip(names.SERIES[name], values, strict=True)))
    return family
