"""What the definition says: it stands there always."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from schemas.definition.model import Definition
from services.exporter.families.making import gauge, info


def of_definition(definition: Definition) -> Iterator[Family]:
    """The north star and its target, and the limits of guardrails."""
    star = definition.north_star
    yield gauge(names.METRIC_TARGET, [] if star.target is None else [((star.metric,), star.target)])
    yield info(names.NORTH_STAR_INFO, star.metric, definition.metrics[star.metric].windows[0].label, star.better)
    limits = [
        ((one.metric, bound), limit)
        for one in definition.guardrails
        for bound, limit in (("min", one.min), ("max", one.max))
        if limit is not None
    ]
    yield gauge(names.GUARDRAIL_LIMIT, limits)
