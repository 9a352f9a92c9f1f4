"""The store fills up: it evicts nothing, so a full one takes no counts any more."""

from schemas import names
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule, Severity
from services.provisioner.rules.texts import shown


def store_rules(limits: Limits) -> tuple[Rule, ...]:
    """In time for a ticket, and when there is no more time; neither where the store has no limit."""
    return (
        _filled("NorthStarStoreNearlyFull", "page", limits.store_page, limits),
        _filled("NorthStarStoreFilling", "ticket", limits.store_ticket, limits),
    )


def _filled(alert: str, severity: Severity, share: float, limits: Limits) -> Rule:
    used, limit = f"max({names.STORE_USED})", f"max({names.STORE_LIMIT})"
    return Rule(
        alert=alert,
        expression=f"{used} / ({limit} > 0) > {share:g}",
        severity=severity,
        concern="pipeline",
        hold=2 * limits.soon_seconds,
        keep=limits.later_seconds,
        summary="The store is {{ $value | humanizePercentage }} full",
        description=(
            f"Redis holds {shown(used, 'humanize1024')}B of the {shown(limit, 'humanize1024')}B that it may; above"
            f" {share:.0%} somebody is told. Nothing is evicted: when it is full, commits are refused and counting"
            " stands still until there is room."
        ),
    )
