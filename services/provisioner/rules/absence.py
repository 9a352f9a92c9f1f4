"""The north star has no value although everything works: what vanished cannot fall."""

from schemas import names
from schemas.definition.model import Definition, Plain
from services.provisioner import expressions as promql
from services.provisioner.addresses import BOARD_UID
from services.provisioner.rules.gates import state_is_read
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule
from services.provisioner.rules.owners import of_metric
from services.provisioner.rules.texts import shown


def absent(definition: Definition, limits: Limits) -> Rule:
    """No value although exporter and state are up.

    What divides has no value over nothing: that is excused, unless there was something at this hour of earlier weeks.
    """
    metric = promql.north_star(definition)
    parts = [f"absent({promql.whole(names.METRIC_VALUE, metric)})", state_is_read()]
    if not isinstance(metric.value, Plain):
        below = promql.whole(names.METRIC_DENOMINATOR, metric)
        before = promql.same_hour(below, lenient="min", weeks=limits.weeks)
        parts.append(f"unless on () (max({below}) == 0 unless on () ({before} >= {limits.least_volume}))")
    answers = of_metric(definition, metric.name)
    return Rule(
        alert="NorthStarAbsent",
        expression="\n".join(parts),
        severity="page",
        concern="metric",
        hold=limits.later_seconds,
        keep=limits.soon_seconds,
        board=BOARD_UID,
        owner=answers.owner,
        runbook=answers.runbook,
        summary=f"{metric.name} has no value",
        description=(
            f"For {promql.span(limits.later_seconds)} there has been no {metric.name} over"
            f" {metric.windows[0].label}, although an exporter reads its state"
            f" ({shown(f'max({names.STATE_UP})')}). A metric that vanished cannot fall: until it is back, no drop is"
            " noticed."
        ),
    )
