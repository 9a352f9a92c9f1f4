"""What Grafana calls the definition's units."""

from typing import Final

from schemas.definition.model import Conversion, Count, Definition, Distinct, First, Lifecycle, Metric, Plain, Repeat
from schemas.definition.units import unit_of

KNOWN: Final = {
    "": "short",
    "ratio": "percentunit",
    "share": "percentunit",
    "%": "percent",
    "ms": "ms",
    "milliseconds": "ms",
    "s": "s",
    "seconds": "s",
    "min": "m",
    "minutes": "m",
    "h": "h",
    "hours": "h",
    "d": "d",
    "days": "d",
    "bytes": "bytes",
}
CURRENCIES: Final = frozenset(
    {"AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "INR", "JPY", "KRW", "NOK", "PLN", "SEK", "USD", "ZAR"}
)


def grafana_unit(unit: str) -> str:
    """A unit of Grafana's own where it has one, else the word after the number."""
    if unit in CURRENCIES:
        return f"currency{unit}"
    return KNOWN.get(unit, f"suffix: {unit}")


def panel_unit(definition: Definition, metric: Metric) -> str:
    """The unit that a metric's panels show."""
    return grafana_unit(unit_of(definition, metric.name))


def whole_numbers(definition: Definition, metric: Metric) -> bool:
    """Whether it counts things, so that no decimals are due."""
    match metric.value:
        case Plain(measure=name):
            return isinstance(definition.measures.get(name), Conversion | Count | Distinct | First | Lifecycle | Repeat)
        case _:
            return False
