"""A metric has no value although everything works: what vanished cannot fall, and breaks no guardrail."""

from schemas import names
from schemas.definition.model import Definition, Metric, Plain
from services.provisioner import expressions as promql
from services.provisioner.rules.gates import state_is_read
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule, all_of
from services.provisioner.rules.owners import of_metric
from services.provisioner.rules.texts import shown


def steered_by(definition: Definition) -> tuple[Metric, ...]:
    """What has a target, a guardrail or a key result beside the north star, each once."""
    names_of = [target.metric for target in definition.aims()]
    names_of += [guardrail.metric for guardrail in definition.guardrails]
    names_of += [result.metric for objective in definition.okrs for result in objective.key_results]
    return tuple(definition.metrics[name] for name in dict.fromkeys(names_of) if name != definition.north_star.metric)


def absent(definition: Definition, metric: Metric, limits: Limits) -> Rule:
    """No value although exporter and state are up: of the north star a page.

    What divides has no value over nothing: that is excused, unless there was something at this hour of earlier weeks.
    """
    star = metric.name == definition.north_star.metric
    parts = [f"absent({promql.whole(names.METRIC_VALUE, metric)})", state_is_read()]
    if not isinstance(metric.value, Plain):
        below = promql.whole(names.METRIC_DENOMINATOR, metric)
        before = promql.same_hour(below, lenient="min", weeks=limits.weeks)
        parts.append(f"unless on () (max({below}) == 0 unless on () ({before} >= {limits.least_volume}))")
    return Rule(
        alert="NorthStarAbsent",
        expression=all_of(*parts),
        severity="page" if star else "ticket",
        concern="metric",
        hold=limits.later_seconds,
        keep=limits.soon_seconds,
        answers=of_metric(definition, metric.name),
        labels={"metric": metric.name},
        summary=f"{metric.name} has no value",
        description=(
            f"For {promql.span(limits.later_seconds)} there has been no {metric.name} over"
            f" {metric.windows[0].label}, although an exporter reads its state"
            f" ({shown(f'max({names.STATE_UP})')}). A metric that vanished cannot fall: until it is back, nothing is"
            " noticed."
        ),
    )
