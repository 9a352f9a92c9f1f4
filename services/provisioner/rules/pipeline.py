"""Alerts about the way from Kafka to the board: while one of them pages, a falling metric proves nothing."""

from schemas import names
from schemas.definition.model import Definition
from services.provisioner import expressions as promql
from services.provisioner.rules.metric import shown
from services.provisioner.rules.model import Limits, Rule, Severity


def pipeline_rules(definition: Definition, limits: Limits) -> tuple[Rule, ...]:
    """From the whole to the detail: exporter, state, freshness, one partition, dead letters."""
    metric = definition.north_star.metric
    return (
        exporter_down(),
        state_away(),
        stale(metric, limits),
        stuck(metric),
        incomplete(metric),
        dead_letters("NorthStarDeadLettersMany", "page", limits.dead_letters_page),
        dead_letters("NorthStarDeadLetters", "ticket", limits.dead_letters_ticket),
    )


def exporter_down() -> Rule:
    """It always says whether its state is up; silence means that nobody could be asked."""
    return Rule(
        alert="NorthStarExporterDown",
        expression=f"absent({names.STATE_UP})",
        severity="page",
        concern="pipeline",
        summary="No exporter answers Prometheus",
        description="For 5 minutes 0 exporters have been scraped: every value, and every alert on a value, is blind.",
    )


def state_away() -> Rule:
    return Rule(
        alert="NorthStarStateAway",
        expression=f"max({names.STATE_UP}) == 0",
        severity="page",
        concern="pipeline",
        summary="The exporter cannot read its state",
        description=(
            f"Redis does not answer, or a partition has no position yet. The state was last read"
            f" {shown(promql.snapshot_age(), 'humanizeDuration')} ago; values are withheld until it is back."
        ),
    )


def stale(metric: str, limits: Limits) -> Rule:
    return Rule(
        alert="NorthStarStale",
        expression=f"{promql.age(metric)} > {limits.stale_seconds}",
        severity="page",
        concern="pipeline",
        summary=f"{metric} is {{{{ $value | humanizeDuration }}}} old",
        description=(
            f"{metric} covers everything up to {{{{ $value | humanizeDuration }}}} ago; more than"
            f" {limits.stale_seconds // 60} minutes is stale. {shown(f'sum({promql.lag()})', 'humanize')} events"
            " wait to be folded."
        ),
    )


def stuck(metric: str) -> Rule:
    """Events wait while the as-of time stands still: sooner than staleness, and it names the partition."""
    as_of = promql.selector(names.METRIC_AS_OF, metric=metric)
    return Rule(
        alert="NorthStarStuck",
        expression=f"({promql.lag()} > 0)\nand on () (max(changes({as_of}[10m])) == 0)",
        severity="page",
        concern="pipeline",
        summary="{{ $labels.topic }}/{{ $labels.partition }} does not move",
        description=(
            "{{ $value | humanize }} events of {{ $labels.topic }}, partition {{ $labels.partition }}, wait to be"
            f" folded and {metric} has not moved for 10 minutes. A worker is away, held up, or refused by the state."
        ),
    )


def incomplete(metric: str) -> Rule:
    return Rule(
        alert="NorthStarIncomplete",
        expression=f"{promql.completeness(metric)} < 1",
        severity="ticket",
        concern="pipeline",
        hold="15m",
        summary="{{ $value | humanizePercentage }} of the partitions are up to date",
        description=(
            f"{metric} lacks part of its events: {{{{ $value | humanizePercentage }}}} of the partitions are up to"
            " date. While that lasts no drop is judged."
        ),
    )


def dead_letters(alert: str, severity: Severity, share: float) -> Rule:
    return Rule(
        alert=alert,
        expression=f"{promql.dead_letter_share('15m')} > {share:g}",
        severity=severity,
        concern="pipeline",
        hold="10m",
        keep="15m",
        summary="{{ $value | humanizePercentage }} of {{ $labels.topic }} goes to the dead-letter topic",
        description=(
            "Over 15 minutes {{ $value | humanizePercentage }} of the events of {{ $labels.topic }} were late, ahead of"
            f" time or refused; the limit is {share:.0%}. They are kept in the dead-letter topic with their reason, and"
            " are missing from every number."
        ),
    )
