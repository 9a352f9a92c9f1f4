"""Definition -> the settings of Alertmanager: who is told of what, when, and what keeps silent beside what.

concern pipeline ──▶ pipeline          what is known to be broken: one message for all of it
owner            ──▶ that owner        a metric, guardrail or key result that somebody answers for
the rest         ──▶ product
each of these    ──▶ page: at once, again after four hours    ticket: gathered, again after a week
"""

from typing import Any, Final

from schemas.definition.model import Definition
from services.provisioner.expressions import in_quotes, span
from services.provisioner.rules.inhibitions import inhibitions
from services.provisioner.rules.model import Severity, as_text
from services.provisioner.rules.owners import all_owners
from services.provisioner.rules.receivers import PIPELINE, PRODUCT, SEVERITIES, Receivers
from services.provisioner.rules.rhythm import Rhythm

BY_METRIC: Final = ["metric"]
"""What belongs together is told together: a fall, and each of its segments."""


def alertmanager_yaml(definition: Definition, receivers: Receivers | None = None, rhythm: Rhythm | None = None) -> str:
    """The whole file; the same bytes for the same definition and receivers."""
    given, when = receivers or Receivers(), rhythm or Rhythm()
    owners = all_owners(definition)
    everybody = dict.fromkeys((PIPELINE, PRODUCT, *owners))
    routes = [
        _of(PIPELINE, 'concern="pipeline"', ["concern"], when),
        *(_of(owner, f"owner={in_quotes(owner)}", BY_METRIC, when) for owner in owners),
        *_by_severity(PRODUCT, when),
    ]
    content: dict[str, Any] = {
        **given.settings,
        "route": {"receiver": _name(PRODUCT, "page"), "group_by": BY_METRIC, "routes": routes},
        "receivers": [
            {"name": _name(who, severity), **given.of(who, severity)} for who in everybody for severity in SEVERITIES
        ],
        "inhibit_rules": inhibitions(definition),
    }
    return as_text(content)


def _name(who: str, severity: Severity) -> str:
    return f"{who}/{severity}"


def _of(who: str, matcher: str, group_by: list[str], when: Rhythm) -> dict[str, Any]:
    return {
        "receiver": _name(who, "page"),
        "matchers": [matcher],
        "group_by": group_by,
        "routes": _by_severity(who, when),
    }


def _by_severity(who: str, when: Rhythm) -> list[dict[str, Any]]:
    return [
        {
            "receiver": _name(who, severity),
            "matchers": [f"severity={in_quotes(severity)}"],
            "group_wait": span(when.wait(severity)),
            "group_interval": span(when.gather(severity)),
            "repeat_interval": span(when.repeat(severity)),
        }
        for severity in SEVERITIES
    ]
