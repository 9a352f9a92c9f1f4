"""Units: what they may be, how many decimals money has, and which unit a metric has.

EUR / nothing ─▶ EUR      EUR / EUR ─▶ nothing      hours / listeners ─▶ hours/listeners      nothing / EUR ─▶ 1/EUR
EUR + nothing ─▶ EUR      EUR + USD ─▶ a clash      hours/listeners * listeners ─▶ hours
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from schemas.definition.arithmetic import Expression, Name, Negative, Number, Operation, operations_in
from schemas.definition.faults import Faults, quoted
from schemas.definition.model import Definition, Formula, Growth, Measure, Metric, Plain, Quantile, Ratio, Share, Value
from schemas.definition.nodes import Node
from schemas.definition.operands import DEEPEST
from schemas.definition.reading import word

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
    return Units(definition.measures, definition.metrics).shown(metric) or ""


class Clash(NamedTuple):
    """An operation of two units that do not go together."""

    sign: str
    left: str
    right: str


class Units:
    """Of measures and metrics as far as they are sound; None where what a metric stands on is missing or has no end."""

    def __init__(self, measures: Mapping[str, Measure], metrics: Mapping[str, Metric]) -> None:
        self._measures, self._metrics = measures, metrics
        self._known: dict[tuple[str, int], str | None] = {}

    def shown(self, metric: str, deepest: int = DEEPEST) -> str | None:
        """The declared unit, else the one that follows."""
        found = self._metrics.get(metric)
        return found.unit if found and found.unit else self.following(metric, deepest)

    def following(self, metric: str, deepest: int = DEEPEST) -> str | None:
        """The unit that a metric has by what it stands on, whatever it declares."""
        found = self._metrics.get(metric)
        if found is None or deepest < 0:
            return None
        if (metric, deepest) not in self._known:
            self._known[metric, deepest] = self._of_value(found.value, deepest)
        return self._known[metric, deepest]

    def clashes(self, metric: str) -> Iterator[Clash]:
        """What a metric adds, subtracts or divides that has units of two kinds."""
        value = self._metrics[metric].value
        for one in operations_in(_arithmetic(value)):
            left, right = self._of(one.left, DEEPEST), self._of(one.right, DEEPEST)
            if left is not None and right is not None and _clash(one.sign, left, right):
                yield Clash(one.sign, left, right)

    def _of_value(self, value: Value, deepest: int) -> str | None:
        match value:
            case Growth() | Share():
                return ""
            case _:
                return self._of(_arithmetic(value), deepest)

    def _of(self, expression: Expression, deepest: int) -> str | None:
        match expression:
            case Number():
                return ""
            case Name(name) if name in self._measures:
                return self._measures[name].unit
            case Name(name):
                return self.shown(name, deepest - 1)
            case Negative(of):
                return self._of(of, deepest)
            case Operation(sign, left, right):
                one, other = self._of(left, deepest), self._of(right, deepest)
                return None if one is None or other is None else _together(sign, one, other)


def _arithmetic(value: Value) -> Expression:
    """What decides the unit of a value; of a change or a share nothing does."""
    match value:
        case Plain(measure) | Quantile(measure):
            return Name(measure)
        case Ratio(numerator, denominator):
            return Operation("/", Name(numerator), Name(denominator))
        case Formula(expression):
            return expression
        case Growth() | Share():
            return Number("1")


def _together(sign: str, left: str, right: str) -> str | None:
    if sign in "+-":
        return None if _clash(sign, left, right) else left or right
    return over(left, right) if sign == "/" else times(left, right)


def _clash(sign: str, left: str, right: str) -> bool:
    """Two units are not added up, and money is divided by money of its own kind; what has no unit goes with any."""
    if not left or not right or left == right:
        return False
    return sign in "+-" or (sign == "/" and left in CURRENCIES and right in CURRENCIES)


def over(above: str, below: str) -> str:
    """The unit of a ratio; a share in % is a number like any other."""
    (up, down), (lower, upper) = _factors(above), _factors(below)
    return _joined([*up, *upper], [*down, *lower])


def times(one: str, other: str) -> str:
    """The unit of a product."""
    (up, down), (upper, lower) = _factors(one), _factors(other)
    return _joined([*up, *upper], [*down, *lower])


def _factors(name: str) -> tuple[list[str], list[str]]:
    """Above and below the line."""
    above, *below = name.split("/")
    return [one for one in above.split("*") if one not in ("", "1", "%")], [one for one in below if one]


def _joined(above: list[str], below: list[str]) -> str:
    up, down = _without(above, below), _without(below, above)
    return "/".join(["*".join(up) or "1", *down]) if down else "*".join(up)


def _without(some: list[str], others: list[str]) -> list[str]:
    """Each of the others taken out once."""
    left = list(some)
    for one in others:
        if one in left:
            left.remove(one)
    return left
