"""What the company steers by: a target that slips away, a guardrail that is broken, a key result that is behind."""

from typing import Literal

from schemas import names
from schemas.definition.model import Calendar, Definition, Metric, RollingSpan, Unit
from schemas.definition.steering import Guardrail, KeyResult, Objective, Target
from services.provisioner import expressions as promql
from services.provisioner.addresses import OBJECTIVES_UID
from services.provisioner.rules.gates import trusted, whole_is_enough
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule, Severity, all_of, template_free
from services.provisioner.rules.owners import of_guardrail, of_metric
from services.provisioner.rules.texts import over, shown

Bound = Literal["min", "max"]


def steering_rules(definition: Definition, limits: Limits) -> tuple[Rule, ...]:
    """One rule a target, a guardrail's bound and a key result, so that each reaches who answers for it."""
    declines = [decline(definition, target, limits) for target in definition.aims()]
    broken = [
        past_limit(definition, guardrail, bound, limits)
        for guardrail in definition.guardrails
        for bound, _ in guardrail.limits
    ]
    late = [behind(definition, goal, result, limits) for goal in definition.okrs for result in goal.key_results]
    return (*declines, *broken, *late)


def decline(definition: Definition, target: Target, limits: Limits) -> Rule:
    """Behind the path, and further behind than some weeks ago; means over a week, so that its rhythm is silent.

    No comparison with last week notices a loss of one percent a week.
    """
    metric = definition.metrics[target.metric]
    gap = _gap(metric, target, limits)
    ago = promql.span(limits.weeks.seconds * (5 if _in_long_periods(metric) else 2))
    path = promql.path(metric.name)
    return Rule(
        alert="NorthStarSlowDecline",
        expression=all_of(
            f"{gap} < 0",
            f"and on (metric) ({gap} < ({_gap(metric, target, limits, ago)} - {limits.decline:g} * abs({path})))",
            f"and on (metric) ({promql.course(metric.name, 'behind')} == 1)",
            *whole_is_enough(definition, metric, limits),
            *trusted(metric, limits),
        ),
        severity="ticket",
        concern="metric",
        compares=True,
        hold=limits.steering_hold_seconds,
        answers=of_metric(definition, metric.name),
        labels={"metric": metric.name},
        summary=f"{metric.name} falls behind its path to {target.target:g}",
        description=(
            f"{metric.name} over {over(metric)} is {shown(promql.finished(metric))} where its path says {shown(path)}."
            f" Over the last week it was {{{{ $value | humanize }}}} from it on average, {ago} ago"
            f" {shown(_gap(metric, target, limits, ago), 'humanize')}. No single day was worth an alert."
        ),
    )


def _gap(metric: Metric, target: Target, limits: Limits, ago: str = "") -> str:
    """A week's mean of the value against that of its path, below 0 where it is worse."""
    week, offset = promql.span(limits.weeks.seconds), f" offset {ago}" if ago else ""
    series = promql.whole(promql.comparable_series(metric), metric)
    value = f"max by (metric) (avg_over_time({series}[{week}]{offset}))"
    path_series = promql.selector(names.METRIC_PATH, metric=metric.name)
    path = f"max by (metric) (avg_over_time({path_series}[{week}]{offset}))"
    return f"({value} - {path})" if target.better == "higher" else f"({path} - {value})"


def _in_long_periods(metric: Metric) -> bool:
    """Its comparable value changes once a month or more seldom."""
    window = metric.windows[0]
    return isinstance(window, Calendar) and window.unit not in {Unit.DAY, Unit.WEEK}


def past_limit(definition: Definition, guardrail: Guardrail, bound: Bound, limits: Limits) -> Rule:
    """Past its limit.  What moves within a day pages, what moves over weeks waits for the morning."""
    metric = definition.metrics[guardrail.metric]
    side = "below" if bound == "min" else "above"
    limit = promql.limit(metric.name, bound)
    return Rule(
        alert="NorthStarGuardrailBroken",
        expression=all_of(
            f"{promql.headroom(metric.name, bound)} < 0",
            *whole_is_enough(definition, metric, limits),
            *trusted(metric, limits),
        ),
        severity=_severity(metric),
        concern="metric",
        compares=True,
        hold=limits.hold_seconds,
        answers=of_guardrail(definition, metric.name),
        labels={"metric": metric.name, "bound": bound},
        summary=f"{metric.name} is {side} its limit, by {_room(guardrail, bound)}",
        description=(
            f"{metric.name} over {over(metric)} is {shown(promql.finished(metric))} and must not be {side}"
            f" {shown(limit)}. A guardrail protects what the north star must not cost. Data is"
            f" {shown(promql.age(metric.name), 'humanizeDuration')} old and every partition is up to date."
        ),
    )


def _room(guardrail: Guardrail, bound: Bound) -> str:
    """What headroom is in: a part of the limit, of a limit of 0 the number itself."""
    return "{{ $value | humanizePercentage }} of it" if dict(guardrail.limits)[bound] else "{{ $value | humanize }}"


def _severity(metric: Metric) -> Severity:
    match metric.windows[0]:
        case RollingSpan() | Calendar(unit=Unit.DAY):
            return "page"
        case _:
            return "ticket"


def behind(definition: Definition, objective: Objective, result: KeyResult, limits: Limits) -> Rule:
    """Behind the path to what it aims at, for a day."""
    metric = definition.metrics[result.metric]
    mine = {"objective": objective.name, "key_result": result.name}
    course = f"max by (objective, key_result) ({promql.selector(names.KEY_RESULT_COURSE, **mine, course='behind')})"
    value, path = (
        f"max({promql.selector(series, **mine)})" for series in (names.KEY_RESULT_VALUE, names.KEY_RESULT_PATH)
    )
    progress = f"max({promql.selector(names.KEY_RESULT_PROGRESS, **mine)})"
    others = of_metric(definition, metric.name)
    by = f" by {result.by.isoformat()}" if result.by else ""
    return Rule(
        alert="NorthStarKeyResultBehind",
        expression=all_of(f"{course} == 1", *whole_is_enough(definition, metric, limits), *trusted(metric, limits)),
        severity="ticket",
        concern="metric",
        compares=True,
        hold=limits.steering_hold_seconds,
        board=OBJECTIVES_UID,
        answers=others._replace(owner=result.owner or objective.owner or others.owner),
        labels={"metric": metric.name} | {name: template_free(text) for name, text in mine.items()},
        summary=f"{template_free(result.name)} is behind its path",
        description=(
            f"{template_free(objective.name)}: {metric.name} is {shown(value)} where the path says {shown(path)};"
            f" aimed at is {float(result.target):g}{by}. {shown(progress, 'humanizePercentage')} of the way is done."
        ),
    )
