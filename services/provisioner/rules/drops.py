"""The north star falls, as a whole or in one segment, or rises beyond belief.

Two measures, independent of each other: the band that the service reckons from its own history, and in Prometheus
alone the median of the same hour of the last four weeks.
"""

from schemas.definition.model import Definition, Metric
from services.provisioner import expressions as promql
from services.provisioner.addresses import BOARD_UID
from services.provisioner.rules.gates import enough, ordinary, trusted
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule, Severity
from services.provisioner.rules.owners import of_metric
from services.provisioner.rules.texts import over, shown
from streams.readings import segmented_by

FRESH = " old and every partition is up to date: the pipeline is not the cause."


def drop_rules(definition: Definition, limits: Limits) -> tuple[Rule, ...]:
    """The segments' rule only where there are some."""
    metric = promql.north_star(definition)
    rules = (drop(definition, limits), worse_than_expected(definition, limits), rise(definition, limits))
    return (*rules, segment_drop(definition, limits)) if segmented_by(definition, metric.name) else rules


def _severity(metric: Metric) -> Severity:
    return "ticket" if promql.compares_slowly(metric) else "page"


def _baseline(definition: Definition, limits: Limits) -> str:
    """What was usual at this hour, read in favour of the metric."""
    metric, higher = promql.north_star(definition), definition.north_star.better == "higher"
    series = promql.whole(promql.comparable_series(metric), metric)
    return promql.same_hour(series, lenient="min" if higher else "max", weeks=limits.weeks)


def drop(definition: Definition, limits: Limits) -> Rule:
    """Worse than the median of the same hour of the last four weeks, on enough volume and on fresh data."""
    metric, higher = promql.north_star(definition), definition.north_star.better == "higher"
    series = promql.whole(promql.comparable_series(metric), metric)
    baseline = _baseline(definition, limits)
    worse = f"< {1 - limits.drop:g}" if higher else f"> {1 + limits.drop:g}"
    answers = of_metric(definition, metric.name)
    return Rule(
        alert="NorthStarDrop",
        expression="\n".join(
            (
                f"{promql.finished(metric)} / ({baseline} > 0) {worse}",
                enough(metric, baseline if higher else promql.finished(metric), limits),
                *trusted(metric, limits),
                f"and on (metric) {promql.remembered(series, limits.weeks)}",
                *ordinary(definition, metric, limits),
            )
        ),
        severity=_severity(metric),
        concern="metric",
        compares=True,
        hold=limits.hold_seconds,
        keep=limits.hold_seconds,
        board=BOARD_UID,
        owner=answers.owner,
        runbook=answers.runbook,
        summary=f"{metric.name} is {{{{ $value | humanizePercentage }}}} of what it was at this hour of earlier weeks",
        description=(
            f"{metric.name} over {over(metric)} is {shown(promql.finished(metric))}; the median of the same hour one"
            f" to four weeks ago is {shown(baseline)}. Data is {shown(promql.age(metric.name), 'humanizeDuration')}"
            + FRESH
        ),
    )


def worse_than_expected(definition: Definition, limits: Limits) -> Rule:
    """Outside the band that knows weekdays, holidays and campaigns, and not by a hair."""
    metric, higher = promql.north_star(definition), definition.north_star.better == "higher"
    bound = promql.expected(metric, "lower" if higher else "upper")
    middle = promql.expected(metric, "middle")
    sign, away = ("<", "-") if higher else (">", "+")
    value = promql.finished(metric)
    answers = of_metric(definition, metric.name)
    return Rule(
        alert="NorthStarWorseThanExpected",
        expression="\n".join(
            (
                f"{value} {sign} {bound}",
                f"and on (metric, window) ({value} {sign} ({middle} {away} {limits.band:g} * abs({middle})))",
                enough(metric, middle if higher else value, limits),
                *trusted(metric, limits),
            )
        ),
        severity=_severity(metric),
        concern="metric",
        compares=True,
        hold=limits.hold_seconds,
        keep=limits.hold_seconds,
        board=BOARD_UID,
        owner=answers.owner,
        runbook=answers.runbook,
        summary=f"{metric.name} is {{{{ $value | humanize }}}}, worse than a day like this explains",
        description=(
            f"{metric.name} over {over(metric)} is {{{{ $value | humanize }}}}; on a day like this {shown(middle)} is"
            f" to be expected, and {shown(bound)} is the worst that chance explains. Data is"
            f" {shown(promql.age(metric.name), 'humanizeDuration')}" + FRESH
        ),
    )


def rise(definition: Definition, limits: Limits) -> Rule:
    """Better than is plausible: events counted twice, robots, a test in production; sometimes good news."""
    metric, higher = promql.north_star(definition), definition.north_star.better == "higher"
    series = promql.whole(promql.comparable_series(metric), metric)
    baseline = promql.same_hour(series, lenient="max" if higher else "min", weeks=limits.weeks)
    better = f"> {1 + limits.rise:g}" if higher else f"< {1 - limits.rise:g}"
    answers = of_metric(definition, metric.name)
    return Rule(
        alert="NorthStarRise",
        expression="\n".join(
            (
                f"{promql.finished(metric)} / ({baseline} > 0) {better}",
                enough(metric, promql.finished(metric) if higher else baseline, limits),
                *trusted(metric, limits),
                f"and on (metric) {promql.remembered(series, limits.weeks)}",
                *ordinary(definition, metric, limits),
            )
        ),
        severity="ticket",
        concern="metric",
        compares=True,
        hold=limits.hold_seconds,
        keep=limits.hold_seconds,
        board=BOARD_UID,
        owner=answers.owner,
        runbook=answers.runbook,
        summary=f"{metric.name} is {{{{ $value | humanizePercentage }}}} of what it was at this hour of earlier weeks",
        description=(
            f"{metric.name} over {over(metric)} is {shown(promql.finished(metric))}; the median of the same hour one"
            f" to four weeks ago is {shown(baseline)}. So much better so suddenly is more often a fault than a success:"
            " events sent twice, robots, a test."
        ),
    )


def segment_drop(definition: Definition, limits: Limits) -> Rule:
    """One value of a dimension falls, and further than the whole: a matter for a morning."""
    metric, higher = promql.north_star(definition), definition.north_star.better == "higher"
    series, lenient = promql.comparable_series(metric), "min" if higher else "max"
    labels = "metric, window, dimension, segment"
    now = f"max by ({labels}) ({promql.split(series, metric)})"
    before = promql.same_hour(promql.split(series, metric), lenient=lenient, weeks=limits.weeks, by=labels)
    whole = f"({promql.finished(metric)} / ({_baseline(definition, limits)} > 0))"
    worse = f"< {1 - limits.drop:g}" if higher else f"> {1 + limits.drop:g}"
    below = promql.split_volume(metric)
    amount = below or (before if higher else now)
    answers = of_metric(definition, metric.name)
    return Rule(
        alert="NorthStarSegmentDrop",
        expression="\n".join(
            (
                f"{now} / ({before} > 0) {worse}",
                f"and on ({labels}) (({now} / ({before} > 0)) / on (metric, window) group_left () {whole} {worse})",
                f"and on ({labels}) ({amount} >= {limits.least_volume})",
                *trusted(metric, limits),
                f"and on (metric) {promql.remembered(promql.whole(series, metric), limits.weeks)}",
                *ordinary(definition, metric, limits),
            )
        ),
        severity="ticket",
        concern="metric",
        compares=True,
        hold=limits.hold_seconds,
        keep=limits.hold_seconds,
        board=BOARD_UID,
        owner=answers.owner,
        runbook=answers.runbook,
        summary=(
            f"{metric.name} of {{{{ $labels.dimension }}}} {{{{ $labels.segment }}}} is"
            " {{ $value | humanizePercentage }} of what it was at this hour of earlier weeks"
        ),
        description=(
            f"{metric.name} over {over(metric)} of {{{{ $labels.dimension }}}} {{{{ $labels.segment }}}} is"
            " {{ $value | humanizePercentage }} of the median of the same hour one to four weeks ago; the whole is"
            f" {shown(whole, 'humanizePercentage')} of its own. Data is"
            f" {shown(promql.age(metric.name), 'humanizeDuration')}" + FRESH
        ),
    )
