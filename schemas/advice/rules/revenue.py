"""Money that comes in is a result, and no guide."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.definition.arithmetic import names_in
from schemas.definition.model import Definition, Formula, Growth, NetRetention, Plain, Quantile, Ratio, Share, Sum
from schemas.definition.units import CURRENCIES, unit_of


def _find(definition: Definition) -> Iterator[Finding]:
    """A share of money in money is no money any more."""
    metric = definition.north_star.metric
    if unit_of(definition, metric).partition("/")[0] in CURRENCIES and (told := _money(definition, metric)):
        yield Finding(("north_star.metric", "north_star"), f"{metric} is {told}")


def _money(definition: Definition, name: str) -> str:
    """What the operand is, in words, where it is a sum of money, or one over something else; else nothing."""
    measure = definition.measures.get(name)
    metric = definition.metrics.get(name)
    if isinstance(measure, Sum | NetRetention) and measure.unit in CURRENCIES:
        return f"a sum of {measure.unit}"
    if measure is not None or metric is None:
        return ""
    match metric.value:
        case Plain(shown):
            return _money(definition, shown)
        case Ratio(numerator, denominator):
            above = _money(definition, numerator)
            return f"{above} over {denominator}" if above else ""
        case Formula(expression):
            return next(filter(None, (_money(definition, part) for part in names_in(expression))), "")
        case Growth() | Share() | Quantile():
            return ""


RULE = DefinitionRule(
    id="revenue-as-north-star",
    title="Revenue is the north star",
    severity="warning",
    reason=(
        "Revenue tells what customers paid, and late; a price rise or a hard sell lifts it while they get less. "
        "A north star counts what they get, so that revenue follows."
    ),
    example="orders delivered on time per customer as the north star, and revenue as a guardrail or beside it",
    find=_find,
)
