"""What the definition says of its north star: it stands there always."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from schemas.definition.model import Definition
from services.exporter.families.making import info


def of_definition(definition: Definition) -> Iterator[Family]:
    """The north star, and the window that its target speaks of."""
    star = definition.north_star
    yield info(names.NORTH_STAR_INFO, star.metric, definition.metrics[star.metric].windows[0].label, star.better)
