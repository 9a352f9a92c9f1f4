"""The north star falls, as a whole or in one segment, or rises beyond belief.

Two measures, independent of each other: the band that the service reckons from its own history, and in Prometheus
alone the median of the same hour of the last four weeks.
"""

from typing import NamedTuple

from schemas.definition.model import Definition, Metric
from services.provisioner import expressions as promql
from services.provisioner.rules.gates import enough, ordinary, trusted
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule, Severity, all_of
from services.provisioner.rules.owners import of_metric
from services.provisioner.rules.texts import over, shown
from streams.segmentation import segmented_by

FRESH = " old and every partition is up to date: the pipeline is not the cause."


def drop_rules(definition: Definition, limits: Limits) -> tuple[Rule, ...]:
    """The segments' rule only where there are some."""
    metric = promql.north_star(definition)
    rules = (drop(definition, limits), worse_than_expected(definition, limits), rise(definition, limits))
    return (*rules, segment_drop(definition, limits)) if segmented_by(definition, metric.name) else rules


def _severity(metric: Metric) -> Severity:
    return "ticket" if promql.compares_slowly(metric) else "page"


class _Apart(NamedTuple):
    """An alert on the value beside the same hour of earlier weeks: how far apart, in which direction, and so what."""

    alert: str
    severity: Severity
    falls: bool
    share: float
    moral: str


def drop(definition: Definition, limits: Limits) -> Rule:
    """Worse than the median of the same hour of the last four weeks, on enough volume and on fresh data."""
    metric = promql.north_star(definition)
    fresh = f"Data is {shown(promql.age(metric.name), 'humanizeDuration')}" + FRESH
    falls = _falls(definition, worse=True)
    return _beside_weeks(definition, limits, _Apart("NorthStarDrop", _severity(metric), falls, limits.drop, fresh))


def rise(definition: Definition, limits: Limits) -> Rule:
    """Better than is plausible: events counted twice, robots, a test in production; sometimes good news."""
    doubt = "So much better so suddenly is more often a fault than a success: events sent twice, robots, a test."
    falls = _falls(definition, worse=False)
    return _beside_weeks(definition, limits, _Apart("NorthStarRise", "ticket", falls, limits.rise, doubt))


def _beside_weeks(definition: Definition, limits: Limits, apart: _Apart) -> Rule:
    metric = promql.north_star(definition)
    value, usual = promql.finished(metric), _usual(definition, limits, falls=apart.falls)
    series = promql.whole(promql.comparable_series(metric), metric)
    return Rule(
        alert=apart.alert,
        expression=all_of(
            f"{value} / ({usual} > 0) {_beyond(apart.share, falls=apart.falls)}",
            enough(definition, metric, usual if apart.falls else value, limits),
            *trusted(metric, limits),
            f"and on (metric) {promql.remembered(series, limits.weeks)}",
            *ordinary(definition, metric, limits),
        ),
        severity=apart.severity,
        concern="metric",
        compares=True,
        hold=limits.hold_seconds,
        answers=of_metric(definition, metric.name),
        summary=f"{metric.name} is {{{{ $value | humanizePercentage }}}} of what it was at this hour of earlier weeks",
        description=(
            f"{metric.name} over {over(metric)} is {shown(value)}; the median of the same hour one"
            f" to four weeks ago is {shown(usual)}. {apart.moral}"
        ),
    )


def _falls(definition: Definition, *, worse: bool) -> bool:
    """Whether worse, or better, is a smaller number."""
    return (definition.north_star.better == "higher") is worse


def _beyond(share: float, *, falls: bool) -> str:
    """Of the quotient of a value and what was usual."""
    return f"< {1 - share:g}" if falls else f"> {1 + share:g}"


def _usual(definition: Definition, limits: Limits, *, falls: bool) -> str:
    """The median of this hour of earlier weeks, in favour of the metric: what is a fall is held against the least."""
    metric = promql.north_star(definition)
    series = promql.whole(promql.comparable_series(metric), metric)
    return promql.same_hour(series, lenient="min" if falls else "max", weeks=limits.weeks)


def worse_than_expected(definition: Definition, limits: Limits) -> Rule:
    """Outside the band that knows weekdays, holidays and campaigns, and not by a hair."""
    metric, higher = promql.north_star(definition), definition.north_star.better == "higher"
    bound = promql.expected(metric, "lower" if higher else "upper")
    middle = promql.expected(metric, "middle")
    sign, away = ("<", "-") if higher else (">", "+")
    value = promql.finished(metric)
    return Rule(
        alert="NorthStarWorseThanExpected",
        expression=all_of(
            f"{value} {sign} {bound}",
            f"and on (metric, window) ({value} {sign} ({middle} {away} {limits.band:g} * abs({middle})))",
            enough(definition, metric, middle if higher else value, limits),
            *trusted(metric, limits),
        ),
        severity=_severity(metric),
        concern="metric",
        compares=True,
        hold=limits.hold_seconds,
        answers=of_metric(definition, metric.name),
        summary=f"{metric.name} is {{{{ $value | humanize }}}}, worse than a day like this explains",
        description=(
            f"{metric.name} over {over(metric)} is {{{{ $value | humanize }}}}; on a day like this {shown(middle)} is"
            f" to be expected, and {shown(bound)} is the worst that chance explains. Data is"
            f" {shown(promql.age(metric.name), 'humanizeDuration')}" + FRESH
        ),
    )


def segment_drop(definition: Definition, limits: Limits) -> Rule:
    """One value of a dimension falls, and further than the whole: a matter for a morning."""
    metric, falls = promql.north_star(definition), _falls(definition, worse=True)
    series, lenient = promql.comparable_series(metric), "min" if falls else "max"
    labels = "metric, window, dimension, segment"
    now = f"max by ({labels}) ({promql.split(series, metric)})"
    before = promql.same_hour(promql.split(series, metric), lenient=lenient, weeks=limits.weeks, by=labels)
    whole = f"({promql.finished(metric)} / ({_usual(definition, limits, falls=falls)} > 0))"
    worse = _beyond(limits.drop, falls=falls)
    amount = promql.split_volume(definition, metric) or (before if falls else now)
    return Rule(
        alert="NorthStarSegmentDrop",
        expression=all_of(
            f"{now} / ({before} > 0) {worse}",
            f"and on ({labels}) (({now} / ({before} > 0)) / on (metric, window) group_left () {whole} {worse})",
            f"and on ({labels}) ({amount} >= {limits.least_volume})",
            *trusted(metric, limits),
            f"and on (metric) {promql.remembered(promql.whole(series, metric), limits.weeks)}",
            *ordinary(definition, metric, limits),
        ),
        severity="ticket",
        concern="metric",
        compares=True,
        hold=limits.hold_seconds,
        answers=of_metric(definition, metric.name),
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
