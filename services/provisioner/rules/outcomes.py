"""Events that came and are missing from the numbers, as shares of all that came."""

from services.provisioner import expressions as promql
from services.provisioner.addresses import PIPELINE_UID
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule


def outcome_rules(limits: Limits) -> tuple[Rule, ...]:
    """Many of any kind, some that are no events, some that come too late: three causes, three people."""
    return (many(limits), dead_letters(limits), late(limits))


def _share(outcomes: str, limit: float, limits: Limits) -> str:
    """Among enough events to speak of a share at all."""
    span = promql.span(limits.rate_seconds)
    everything = f"({promql.events('.+', span)} * {limits.rate_seconds} >= {limits.least_events})"
    share = f"{promql.events(outcomes, span)} / ({promql.events('.+', span)} > 0)"
    return f"{share} > {limit:g}\nand on (topic) {everything}"


def many(limits: Limits) -> Rule:
    """So many that every number is wrong by as much as a drop would be."""
    return Rule(
        alert="NorthStarDeadLettersMany",
        expression=_share("late|ahead|refused", limits.dead_letters_page, limits),
        severity="page",
        concern="pipeline",
        blinds=True,
        hold=2 * limits.soon_seconds,
        keep=limits.later_seconds,
        board=PIPELINE_UID,
        summary="{{ $value | humanizePercentage }} of {{ $labels.topic }} goes to the dead-letter topic",
        description=_said("were late, ahead of time or refused", limits.dead_letters_page, limits),
    )


def dead_letters(limits: Limits) -> Rule:
    """What a producer sends wrong."""
    return Rule(
        alert="NorthStarDeadLetters",
        expression=_share("ahead|refused", limits.dead_letters_ticket, limits),
        severity="ticket",
        concern="pipeline",
        hold=2 * limits.soon_seconds,
        keep=limits.later_seconds,
        board=PIPELINE_UID,
        summary="{{ $value | humanizePercentage }} of {{ $labels.topic }} is refused or ahead of time",
        description=_said("were ahead of time or refused", limits.dead_letters_ticket, limits),
    )


def late(limits: Limits) -> Rule:
    """What a producer sends in good order, but after its lateness has passed."""
    return Rule(
        alert="NorthStarLate",
        expression=_share("late", limits.late, limits),
        severity="ticket",
        concern="pipeline",
        hold=2 * limits.soon_seconds,
        keep=limits.later_seconds,
        board=PIPELINE_UID,
        summary="{{ $value | humanizePercentage }} of {{ $labels.topic }} comes too late",
        description=_said("came after the lateness that the definition allows", limits.late, limits),
    )


def _said(what: str, limit: float, limits: Limits) -> str:
    return (
        f"Over {promql.span(limits.rate_seconds)} {{{{ $value | humanizePercentage }}}} of the events of"
        f" {{{{ $labels.topic }}}} {what}; the limit is {limit:.0%}. They are kept in the dead-letter topic with their"
        " reason, and are missing from every number."
    )
