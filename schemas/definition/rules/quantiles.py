"""A distribution is no number, and nothing else has quantiles."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.model import Distribution, Quantile, Share
from schemas.definition.operands import operands


def quantiles_are_of_distributions(draft: Draft) -> Iterator[Fault]:
    """Wherever a metric names a measure; a share says of itself that it is of counts and sums."""
    for name, metric in draft.metrics.items():
        for operand in operands(metric.value):
            measure, path = draft.measures.get(operand), f"metrics.{name}"
            if measure is None:
                continue
            if isinstance(metric.value, Quantile) and not isinstance(measure, Distribution):
                yield Fault(
                    draft.at(f"{path}.of", path),
                    f"{quoted(operand)} is one number, without quantiles; only a distribution has those, such as "
                    "{distribution: order_delivered.minutes}",
                )
            if isinstance(measure, Distribution) and not isinstance(metric.value, Quantile | Share):
                yield Fault(
                    draft.at(
                        *(f"{path}.{key}" for key in ("measure", "ratio", "formula", "growth.of", "growth")), path
                    ),
                    f"{quoted(operand)} is a distribution and no number; read a quantile of it, such as "
                    f"{{quantile: 0.95, of: {operand}}}, in a metric of its own, and name that",
                )
