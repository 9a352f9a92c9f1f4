"""Units: what they may be, how many decimals money has, and which unit a metric has.

EUR / nothing ─▶ EUR      EUR / EUR ─▶ nothing      hours / listeners ─▶ hours/listeners      nothing / EUR ─▶ 1/EUR
"""

import re
from collections.abc import Mapping
from typing import Final

from schemas.definition.faults import Faults, quoted
from schemas.definition.model import Definition, Measure, Metric, Plain, Ratio
from schemas.definition.nodes import Node
from schemas.definition.reading import word

DEEPEST: Final = 5
"""How many ratios may stand on each other."""

MOST_DECIMALS_BY_DEFAULT: Final = 6

_CENTS: Final = frozenset(
    re.findall(
        r"\w+",
        """
        AED AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR MAD MXN MYR NOK NZD PHP PLN RON SAR SEK SGD
        THB TRY TWD UAH USD ZAR
        """,
    )
)
CURRENCIES: Final = _CENTS | {"BHD", "CLP", "ISK", "JOD", "JPY", "KRW", "KWD", "OMR", "TND", "VND"}
"""Those of ISO 4217 that amounts are most often in."""

_LONGEST: Final = 20


def unit(node: Node, faults: Faults) -> str | None:
    """A short text such as EUR, minutes or %."""
    text = word(node, faults)
    if text is None or (len(text) <= _LONGEST and " " not in text):
        return text
    faults.add(
        node.place, f"{quoted(text)} is no unit: one word of at most {_LONGEST} characters, such as EUR or minutes"
    )
    return None


def decimals_of(name: str) -> int:
    """How many a sum in this unit keeps where nothing is said."""
    return 2 if name in _CENTS else MOST_DECIMALS_BY_DEFAULT


def unit_of(definition: Definition, metric: str) -> str:
    """The unit that a metric is shown in; empty where it has none.  Of a declared metric."""
    return shown_unit(definition.measures, definition.metrics, metric) or ""


def shown_unit(
    measures: Mapping[str, Measure], metrics: Mapping[str, Metric], name: str, deepest: int = DEEPEST
) -> str | None:
    """The declared unit, else the one that follows; None where what it stands on is missing or has no end."""
    metric = metrics.get(name)
    return metric.unit if metric and metric.unit else following_unit(measures, metrics, name, deepest)


def following_unit(
    measures: Mapping[str, Measure], metrics: Mapping[str, Metric], name: str, deepest: int = DEEPEST
) -> str | None:
    """The unit that a metric has by what it stands on, whatever it declares; None as for ``shown_unit``."""
    metric = metrics.get(name)
    if metric is None or deepest < 0:
        return None
    if isinstance(metric.value, Plain):
        measure = measures.get(metric.value.measure)
        return measure.unit if measure else None
    above, below = operand_units(measures, metrics, metric.value, deepest)
    return None if above is None or below is None else over(above, below)


def operand_units(
    measures: Mapping[str, Measure], metrics: Mapping[str, Metric], ratio: Ratio, deepest: int = DEEPEST
) -> tuple[str | None, str | None]:
    """Of numerator and denominator."""

    def of(name: str) -> str | None:
        return measures[name].unit if name in measures else shown_unit(measures, metrics, name, deepest - 1)

    return of(ratio.numerator), of(ratio.denominator)


def over(above: str, below: str) -> str:
    """The unit of a ratio; a share in % is a number like any other."""
    above, below = ("" if name == "%" else name for name in (above, below))
    if above == below:
        return ""
    return f"{above or 1}/{below}" if below else above
