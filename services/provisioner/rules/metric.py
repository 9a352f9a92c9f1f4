"""Alerts about the north star itself."""

from schemas import names
from schemas.definition.model import (
    Calendar,
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
from services.provisioner.rules.model import Limits, Rule


def metric_rules(definition: Definition, limits: Limits) -> tuple[Rule, ...]:
    """Drop, absence, impossible values."""
    return (drop(definition, limits), absent(definition, limits), impossible(definition))


def shown(query: str, how: str = 'printf "%.4g"') -> str:
    """A template that puts a query's present value into a sentence."""
    return f"{{{{ with query {promql.quoted(query)} }}}}{{{{ . | first | value | {how} }}}}{{{{ end }}}}"


def drop(definition: Definition, limits: Limits) -> Rule:
    """Worse than the median of the same hour of the last four weeks, on enough volume and on fresh data."""
    metric, higher = promql.north_star(definition), definition.north_star.better == "higher"
    series = promql.whole(promql.comparable_series(metric), metric)
    baseline = promql.same_hour(series, lenient="min" if higher else "max")
    worse = f"< {1 - limits.drop:g}" if higher else f"> {1 + limits.drop:g}"
    expression = "\n".join(
        (
            f"{promql.finished(metric)} / ({baseline} > 0) {worse}",
            f"and on (metric) {_enough(metric, baseline, limits, higher=higher)}",
            f"and on (metric) ({promql.age(metric.name)} < {limits.stale_seconds})",
            f"and on (metric) ({promql.completeness(metric.name)} >= 1)",
            f"and on (metric) {promql.remembered(series)}",
        )
    )
    return Rule(
        alert="NorthStarDrop",
        expression=expression,
        severity="ticket" if promql.compares_slowly(metric) else "page",
        concern="metric",
        hold=limits.hold,
        keep=limits.keep,
        summary=f"{metric.name} is {{{{ $value | humanizePercentage }}}} of what it was at this hour of earlier weeks",
        description=(
            f"{metric.name} over {_span(metric)} is {shown(promql.finished(metric))}; the median of the same hour one"
            f" to four weeks ago is {shown(baseline)}. Data is {shown(promql.age(metric.name), 'humanizeDuration')}"
            " old and every partition is up to date: the pipeline is not the cause."
        ),
    )


def _span(metric: Metric) -> str:
    window = metric.windows[0]
    return f"the last complete {window.label}" if isinstance(window, Calendar) else window.label


def _enough(metric: Metric, baseline: str, limits: Limits, *, higher: bool) -> str:
    """Volume: of a ratio its denominator; else what was there before a fall, or is there after a rise."""
    amount = promql.volume(metric) or (baseline if higher else promql.finished(metric))
    return f"({amount} >= {limits.least_volume})"


def absent(definition: Definition, limits: Limits) -> Rule:
    """No value although exporter and state are up.

    What divides has no value over nothing: that is excused, unless there was something at this hour of earlier weeks.
    """
    metric = promql.north_star(definition)
    parts = [
        f"absent({promql.whole(names.METRIC_VALUE, metric)})",
        f"and on () (max({names.STATE_UP}) == 1)",
    ]
    if not isinstance(metric.value, Plain):
        below = promql.whole(names.METRIC_DENOMINATOR, metric)
        before = promql.same_hour(below, lenient="min")
        parts.append(f"unless on () (max({below}) == 0 unless on () ({before} >= {limits.least_volume}))")
    return Rule(
        alert="NorthStarAbsent",
        expression="\n".join(parts),
        severity="page",
        concern="metric",
        hold="15m",
        summary=f"{metric.name} has no value",
        description=(
            f"For 15 minutes there has been no {metric.name} over {metric.windows[0].label}, although"
            f" {shown(f'max({names.STATE_UP})')} exporter reads its state. A metric that vanished cannot fall: until it"
            " is back, no drop is noticed."
        ),
    )


def impossible(definition: Definition) -> Rule:
    """What no counting can give: not a number, infinite, a part above its whole, a negative count."""
    metric = promql.north_star(definition)
    value = promql.value(metric)
    cases = [f"({value} != {value})", f"(abs({value}) == Inf)"]
    if isinstance(metric.value, Ratio):
        above, below = (
            f"max by (metric, window) ({promql.whole(series, metric)})"
            for series in (names.METRIC_NUMERATOR, names.METRIC_DENOMINATOR)
        )
        cases.append(f"({value} and on (metric, window) ({below} <= 0))")
        if part_of_whole(definition, metric.value):
            cases.append(f"({value} and on (metric, window) ({above} > {below}))")
    if never_negative(definition, metric):
        cases.append(f"({value} < 0)")
    return Rule(
        alert="NorthStarImpossible",
        expression="\nor ".join(cases),
        severity="page",
        concern="metric",
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
            measures = (definition.measures.get(name) for name in operands(value))
            return all(isinstance(one, Conversion | Count | First | Distinct | Repeat | Lifecycle) for one in measures)
        case Formula() | Growth() | Quantile():
            return False
