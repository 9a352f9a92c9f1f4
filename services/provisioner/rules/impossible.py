"""The north star shows what no counting can give: a fault of ours, not of the business."""

from schemas import names
from schemas.definition.model import (
    Conversion,
    Count,
    Definition,
    Distinct,
    First,
    Formula,
    Growth,
    Lifecycle,
    Metric,
    Part,
    Plain,
    Quantile,
    Ratio,
    Repeat,
    Share,
)
from schemas.definition.operands import operands
from services.provisioner import expressions as promql
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule
from services.provisioner.rules.owners import of_metric


def impossible(definition: Definition, limits: Limits) -> Rule:
    """What no counting can give: not a number, infinite, a part above its whole, a negative count."""
    metric = promql.north_star(definition)
    value = promql.value(metric)
    cases = [f"({value} != {value})", f"(abs({value}) == Inf)"]
    if isinstance(metric.value, Ratio):
        above, below = (
            f"max by (metric, window) ({promql.whole(series, metric)})"
            for series in (names.METRIC_NUMERATOR, names.METRIC_DENOMINATOR)
        )
        # what may be taken back, as a refund is, may come to less than nothing, and can still be divided by
        none = "<=" if counted(definition, metric.value.denominator) else "=="
        cases.append(f"({value} and on (metric, window) ({below} {none} 0))")
        if part_of_whole(definition, metric.value):
            cases.append(f"({value} and on (metric, window) ({above} > {below}))")
    if never_negative(definition, metric):
        cases.append(f"({value} < 0)")
    return Rule(
        alert="NorthStarImpossible",
        expression="\nor ".join(cases),
        severity="page",
        concern="metric",
        hold=limits.soon_seconds,
        answers=of_metric(definition, metric.name),
        summary=f"{metric.name} is {{{{ $value }}}}, which no counting can give",
        description=(
            f"{metric.name} over {metric.windows[0].label} shows {{{{ $value }}}}: not a number, infinite, negative, or"
            " a part above its whole. This is a fault of the service, not of the business; decide nothing on it."
        ),
    )


def part_of_whole(definition: Definition, ratio: Ratio) -> bool:
    """Whether every unit of the numerator is one of the denominator, so that the ratio cannot pass 1."""
    above, below = (definition.measures.get(name) for name in (ratio.numerator, ratio.denominator))
    if above is None or below is None:
        return False
    if (above.source, above.of, above.where) != (below.source, below.of, below.where):
        return False
    match above, below:
        case First(), Distinct(at_least=1):
            return above.entity == below.entity
        case Lifecycle(part=part), Lifecycle(part=Part.ACTIVE):
            return above.entity == below.entity and part is not Part.DORMANT
        # an event counts once for each entity it names, and a dotted path may name several
        case ((First() | Repeat() | Distinct() | Conversion()), Count()):
            return not any("." in part for part in above.entity)
        case _:
            return False


def never_negative(definition: Definition, metric: Metric) -> bool:
    """Whether nothing in it can be taken back, as a refund is."""
    match metric.value:
        case Plain() | Ratio() | Share() as value:
            return all(counted(definition, name) for name in operands(value))
        case Formula() | Growth() | Quantile():
            return False


def counted(definition: Definition, name: str) -> bool:
    """Whether it is a measure that counts things."""
    kinds = Conversion | Count | First | Distinct | Repeat | Lifecycle
    return isinstance(definition.measures.get(name), kinds)
