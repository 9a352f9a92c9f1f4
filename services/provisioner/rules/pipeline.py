"""Alerts about the way from Kafka to the board: while one of them fires, a falling metric proves nothing."""

from functools import partial
from typing import Final

from schemas import names
from schemas.definition.model import Definition
from services.provisioner import expressions as promql
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule
from services.provisioner.rules.texts import shown

_blinding: Final = partial(Rule, concern="pipeline", blinds=True)
"""What all of these are: while one fires, no value can be judged."""


def pipeline_rules(definition: Definition, limits: Limits) -> tuple[Rule, ...]:
    """From the whole to the detail: exporter, state, workers, freshness, one partition."""
    metric = definition.north_star.metric
    return (
        exporter_down(limits),
        state_away(limits),
        worker_down(limits),
        stale(metric, limits),
        stuck(limits),
        lagging(limits),
        incomplete(metric, limits),
    )


def exporter_down(limits: Limits) -> Rule:
    """It always says whether its state is up; silence means that nobody could be asked."""
    return _blinding(
        alert="NorthStarExporterDown",
        expression=f"absent({names.STATE_UP})",
        severity="page",
        hold=limits.soon_seconds,
        keep=0,
        summary="No exporter answers Prometheus",
        description=(
            f"For {promql.span(limits.soon_seconds)} 0 exporters have been scraped: every value, and every alert on a"
            " value, is blind."
        ),
    )


def state_away(limits: Limits) -> Rule:
    """No exporter can read it; one that can is enough."""
    return _blinding(
        alert="NorthStarStateAway",
        expression=f"max({names.STATE_UP}) == 0",
        severity="page",
        hold=limits.soon_seconds,
        keep=0,
        summary="The exporter cannot read its state",
        description=(
            f"Redis does not answer, or a partition has no position yet. The state was last read"
            f" {shown(promql.snapshot_age(), 'humanizeDuration')} ago; values are withheld until it is back."
        ),
    )


def worker_down(limits: Limits) -> Rule:
    """Events wait, and of all partitions that have some not one moves."""
    moving = f"({_moved(limits)} > 0 and on (topic, partition) ({promql.lag()} > 0))"
    return _blinding(
        alert="NorthStarWorkerDown",
        expression=f"sum({promql.lag()}) > 0\nunless on () (count({moving}) > 0)\nand on () ({_known(limits)})",
        severity="page",
        hold=limits.soon_seconds,
        summary="No worker folds: {{ $value | humanize }} events wait",
        description=(
            "{{ $value | humanize }} events wait and no partition that has any has moved for"
            f" {promql.span(limits.standing_seconds)}. Every worker is away, held up, or refused by the state."
        ),
    )


def stale(metric: str, limits: Limits) -> Rule:
    """Whatever the cause: nobody should decide on such a number."""
    return _blinding(
        alert="NorthStarStale",
        expression=f"{promql.age(metric)} > {limits.stale_seconds}",
        severity="page",
        hold=limits.soon_seconds,
        summary=f"{metric} is {{{{ $value | humanizeDuration }}}} old",
        description=(
            f"{metric} covers everything up to {{{{ $value | humanizeDuration }}}} ago; more than"
            f" {promql.span(limits.stale_seconds)} is stale. {shown(f'sum({promql.lag()})', 'humanize')} events wait to"
            " be folded."
        ),
    )


def stuck(limits: Limits) -> Rule:
    """Events of one partition wait while its position stands: sooner than staleness, and it names the partition."""
    return _blinding(
        alert="NorthStarStuck",
        expression=(
            f"({promql.lag()} > 0)\nand on (topic, partition) ({_moved(limits)} == 0)\nand on () ({_known(limits)})"
        ),
        severity="page",
        hold=limits.soon_seconds,
        summary="{{ $labels.topic }}/{{ $labels.partition }} does not move",
        description=(
            "{{ $value | humanize }} events of {{ $labels.topic }}, partition {{ $labels.partition }}, wait to be"
            f" folded and its position has not moved for {promql.span(limits.standing_seconds)}. Its worker is away,"
            " held up, or refused by the state."
        ),
    )


def _moved(limits: Limits) -> str:
    """How often each position changed lately, whichever exporter saw it."""
    changes = f"changes({names.POSITION}[{promql.span(limits.standing_seconds)}])"
    return f"max by (topic, partition) ({changes})"


def _known(limits: Limits) -> str:
    """Positions have been watched for long enough to say that they stand."""
    return f"count({names.POSITION} offset {promql.span(limits.standing_seconds)}) > 0"


def lagging(limits: Limits) -> Rule:
    """Work is done, but more comes than is folded, or nearly."""
    speed = promql.events(".+", promql.span(limits.standing_seconds))
    waiting = f"sum by (topic) ({promql.lag()})"
    return _blinding(
        alert="NorthStarLag",
        expression=f"{waiting} / ({speed} > 0) > {limits.catch_up_seconds}",
        severity="ticket",
        hold=limits.later_seconds,
        summary="{{ $labels.topic }} is {{ $value | humanizeDuration }} of work behind",
        description=(
            "{{ $labels.topic }} needs {{ $value | humanizeDuration }} to fold what waits, at the speed of the last"
            f" {promql.span(limits.standing_seconds)}; {promql.span(limits.catch_up_seconds)} is the limit."
            f" {shown(f'sum({promql.lag()})', 'humanize')} events wait in all. No drop is judged meanwhile."
        ),
    )


def incomplete(metric: str, limits: Limits) -> Rule:
    """Some partition is more than a minute behind; nothing has stopped yet."""
    return _blinding(
        alert="NorthStarIncomplete",
        expression=f"{promql.completeness(metric)} < 1",
        severity="ticket",
        hold=limits.later_seconds,
        keep=limits.soon_seconds,
        summary="{{ $value | humanizePercentage }} of the partitions are up to date",
        description=(
            f"{metric} lacks part of its events: {{{{ $value | humanizePercentage }}}} of the partitions are up to"
            " date. While that lasts no drop is judged."
        ),
    )
