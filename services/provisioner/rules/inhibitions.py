"""Which alert keeps silent while another fires: made of what the rules say of themselves, so that none is forgotten."""

from collections.abc import Iterable
from typing import Any

from schemas.definition.model import Definition
from services.provisioner.rules.groups import all_rules
from services.provisioner.rules.model import Rule


def inhibitions(definition: Definition) -> list[dict[str, Any]]:
    """Cause before consequence; nothing silences what is absent or impossible."""
    rules = all_rules(definition)
    return [
        # while the pipeline is broken, values set beside each other prove nothing
        _silent(_names(rule for rule in rules if rule.compares), while_=_names(r for r in rules if r.blinds)),
        # a value that cannot be is not judged any further
        _silent(_names(rule for rule in rules if rule.compares), while_=["NorthStarImpossible"], equal=["metric"]),
        # the whole explains its parts
        _silent(["NorthStarSegmentDrop"], while_=["NorthStarDrop", "NorthStarWorseThanExpected"], equal=["metric"]),
        # nobody folds: then everything waits, stands and grows old
        _silent(["NorthStarStuck"], while_=["NorthStarWorkerDown"]),
        _silent(
            ["NorthStarStale", "NorthStarIncomplete", "NorthStarLag"],
            while_=["NorthStarWorkerDown", "NorthStarStuck", "NorthStarStateAway"],
        ),
        # the page says it already
        _silent(["NorthStarDeadLetters", "NorthStarLate"], while_=["NorthStarDeadLettersMany"], equal=["topic"]),
        _silent(["NorthStarStoreFilling"], while_=["NorthStarStoreNearlyFull"]),
    ]


def _names(rules: Iterable[Rule]) -> list[str]:
    return list(dict.fromkeys(rule.alert for rule in rules))


def _silent(alerts: list[str], *, while_: list[str], equal: list[str] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "source_matchers": [f'alertname=~"{"|".join(while_)}"'],
        "target_matchers": [f'alertname=~"{"|".join(alerts)}"'],
    }
    return found | ({"equal": equal} if equal else {})
