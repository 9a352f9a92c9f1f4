"""Events that came and are missing from the numbers, as shares of all that came."""

from typing import NamedTuple

from services.provisioner import expressions as promql
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule, Severity


class _Lost(NamedTuple):
    """Events of these outcomes, how large a share of a topic they may be, and how both sentences end and go on."""

    alert: str
    severity: Severity
    outcomes: str
    limit: float
    told: str
    were: str
    blinds: bool = False


def outcome_rules(limits: Limits) -> tuple[Rule, ...]:
    """Many of any kind, some that are no events, some that come too late: three causes, three people."""
    many = _Lost(  # every number is wrong by as much as a drop would be
        "NorthStarDeadLettersMany",
        "page",
        "late|ahead|refused",
        limits.dead_letters_page,
        "goes to the dead-letter topic",
        "were late, ahead of time or refused",
        blinds=True,
    )
    dead_letters = _Lost(  # what a producer sends wrong
        "NorthStarDeadLetters",
        "ticket",
        "ahead|refused",
        limits.dead_letters_ticket,
        "is refused or ahead of time",
        "were ahead of time or refused",
    )
    late = _Lost(  # what a producer sends in good order, but after its lateness has passed
        "NorthStarLate",
        "ticket",
        "late",
        limits.late,
        "comes too late",
        "came after the lateness that the definition allows",
    )
    return tuple(_rule(lost, limits) for lost in (many, dead_letters, late))


def _rule(lost: _Lost, limits: Limits) -> Rule:
    return Rule(
        alert=lost.alert,
        expression=_share(lost, limits),
        severity=lost.severity,
        concern="pipeline",
        blinds=lost.blinds,
        hold=2 * limits.soon_seconds,
        keep=limits.later_seconds,
        summary=f"{{{{ $value | humanizePercentage }}}} of {{{{ $labels.topic }}}} {lost.told}",
        description=(
            f"Over {promql.span(limits.rate_seconds)} {{{{ $value | humanizePercentage }}}} of the events of"
            f" {{{{ $labels.topic }}}} {lost.were}; the limit is {lost.limit:.0%}. They are kept in the dead-letter"
            " topic with their reason, and are missing from every number."
        ),
    )


def _share(lost: _Lost, limits: Limits) -> str:
    """Among enough events to speak of a share at all."""
    span = promql.span(limits.rate_seconds)
    everything = f"({promql.events('.+', span)} * {limits.rate_seconds} >= {limits.least_events})"
    share = f"{promql.events(lost.outcomes, span)} / ({promql.events('.+', span)} > 0)"
    return f"{share} > {lost.limit:g}\nand on (topic) {everything}"
