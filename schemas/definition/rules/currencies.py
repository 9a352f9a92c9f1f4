"""Money is divided by money of its own kind, or by something that is not money."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault
from schemas.definition.model import Ratio
from schemas.definition.units import CURRENCIES, operand_units


def currencies_stay_apart(draft: Draft) -> Iterator[Fault]:
    """A ratio of two currencies would be no figure but an exchange rate."""
    for name, metric in draft.metrics.items():
        if isinstance(metric.value, Ratio):
            above, below = operand_units(draft.measures, draft.metrics, metric.value)
            if above != below and above in CURRENCIES and below in CURRENCIES:
                path = f"metrics.{name}"
                text = f"divides {above} by {below}; bring both into one currency before they are published"
                yield Fault(draft.at(f"{path}.ratio", f"{path}.per", path), text)
