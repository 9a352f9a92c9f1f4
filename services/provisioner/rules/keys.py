"""Events whose key is not the one that their source declares: entities may be counted in two partitions."""

from services.provisioner import expressions as promql
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule


def key_rules(limits: Limits) -> tuple[Rule, ...]:
    """Among enough events to speak of a share at all."""
    span = promql.span(limits.rate_seconds)
    counted = promql.events("counted", span)
    return (
        Rule(
            alert="NorthStarMiskeyed",
            expression=(
                f"{promql.miskeyed(span)} / ({counted} > 0) > {limits.miskeyed:g}\n"
                f"and on (topic) ({counted} * {limits.rate_seconds} >= {limits.least_events})"
            ),
            severity="ticket",
            concern="pipeline",
            hold=2 * limits.soon_seconds,
            keep=limits.later_seconds,
            summary="{{ $value | humanizePercentage }} of {{ $labels.topic }} bears no key, or another than declared",
            description=(
                f"Over {span} {{{{ $value | humanizePercentage }}}} of the counted events of {{{{ $labels.topic }}}}"
                " name an entity and bear no key, or another than its text. Such an entity may be counted as two,"
                " in two partitions."
            ),
        ),
    )
