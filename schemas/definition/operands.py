"""What a metric stands on, and how far back it looks."""

from collections.abc import Mapping
from typing import Final

from schemas.definition.arithmetic import names_in
from schemas.definition.model import Formula, Growth, Metric, Plain, Quantile, Ratio, Share, Value

DEEPEST: Final = 5
"""How many metrics may stand on each other."""


def operands(value: Value) -> tuple[str, ...]:
    """The measures and metrics that it names; a name that is both means the measure."""
    match value:
        case Plain(measure):
            return (measure,)
        case Ratio(numerator, denominator):
            return numerator, denominator
        case Formula(expression):
            return names_in(expression)
        case Growth(of):
            return (of,)
        case Share(measure) | Quantile(measure):
            return (measure,)


def look_back(metrics: Mapping[str, Metric], name: str) -> int:
    """How many periods, or lengths of a window, its growths reach back, one upon the other; 0 without any.

    Names that are no metrics here look back nothing, and what stands too deep is not asked.
    """
    return _look_back(metrics, name, DEEPEST, {})


def _look_back(metrics: Mapping[str, Metric], name: str, deepest: int, known: dict[tuple[str, int], int]) -> int:
    metric = metrics.get(name)
    if metric is None or deepest < 0:
        return 0
    if (name, deepest) not in known:
        own = metric.value.periods if isinstance(metric.value, Growth) else 0
        below = (one for one in operands(metric.value) if one != name)
        known[name, deepest] = own + max((_look_back(metrics, one, deepest - 1, known) for one in below), default=0)
    return known[name, deepest]
