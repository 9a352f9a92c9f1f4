"""What a check says to machines.

    {"file": "nsm.yaml", "good": true,
     "faults": ["nsm.yaml:3: ..."],                                       empty where it is good
     "summary": null where it is not, or
                {"company", "time_zone", "phase", "measures", "metrics",  how many
                 "unread": ["calls"],                                     measures that no metric reads
                 "types": {"order_completed": 6},                         of events, with how many measures
                 "north_star": {"metric", "window", "unit", "better", "target", "base", "from", "by"},
                 "steering": {"targets", "guardrails", "departments", "objectives", "key_results",
                              "initiatives", "holidays", "campaigns"}},   how many of each
     "findings": [{"rule", "severity", "title", "line", "path", "text", "reason", "example"}],
                 advice; where it is not good, those of its faults that break a rule with a name
     "silenced": [{"rule", "severity", "title", "line", "path", "text", "because"}],
     "idle_silences": [{"rule", "line"}],                                 of rules that were asked and found nothing
     "events": null, or {"counted", "first", "last", "outcomes", "refused", "of_types_that_no_measure_counts",
                         "sources_not_given",
                         "metrics": [{"metric", "window", "unit", "periods", "level", "noise", "expected_error",
                                      "zero_share", "behind"}],
                         "measures": [{"measure", "of_type", "matching", "used"}]}}

Moments are ISO 8601; shares, noise and error are ratios; what cannot be told is null.
"""

from schemas.advice.judging import Judgement
from schemas.advice.observed import Behaviour
from schemas.advice.rule import ErrorRule, Rule
from schemas.advice.rules import ERRORS, EVERY
from schemas.definition.faults import Place
from schemas.definition.model import Definition
from schemas.definition.units import unit_of
from schemas.errors import DefinitionError
from services.check.observing import Seen
from services.check.summary import entries, steered, types, unread
from services.check.text import printable
from services.exporter.answers import Json, iso


def as_json(file: str, definition: Definition, judgement: Judgement, seen: Seen | None) -> Json:
    """Of a good definition."""
    return {
        "file": file,
        "good": True,
        "faults": [],
        "summary": _summary(definition),
        "findings": [_found(one.rule, one.place, one.text) | _explained(one.rule) for one in judgement.told],
        "silenced": [_found(one.rule, one.place, one.text) | {"because": one.because} for one in judgement.silenced],
        "idle_silences": [{"rule": one.rule, "line": one.place.line} for one in judgement.idle],
        "events": None if seen is None else _events(seen),
    }


def faults_as_json(file: str, error: DefinitionError) -> Json:
    """Of one that is not."""
    rules = {rule.id: rule for rule in ERRORS}
    named = [(rules[fault.rule], fault) for fault in error.of_rules]
    return {
        "file": file,
        "good": False,
        "faults": [printable(fault) for fault in error.faults],
        "summary": None,
        "findings": [_found(rule, fault.place, fault.text) | _explained(rule) for rule, fault in named],
        "silenced": [],
        "idle_silences": [],
        "events": None,
    }


def rules_as_json() -> list[Json]:
    """Every rule."""
    return [{"rule": rule.id, "severity": rule.severity, "title": rule.title} | _explained(rule) for rule in EVERY]


def _summary(definition: Definition) -> Json:
    star = definition.north_star
    return {
        "company": definition.company,
        "time_zone": definition.time_zone,
        "phase": definition.phase,
        "measures": len(entries(definition)),
        "metrics": len(definition.metrics),
        "unread": unread(definition),
        "types": dict(sorted(types(definition).items())),
        "north_star": {
            "metric": star.metric,
            "window": definition.metrics[star.metric].windows[0].label,
            "unit": unit_of(definition, star.metric),
            "better": star.better,
            "target": star.target,
            "base": star.base,
            "from": star.since,
            "by": star.by,
        },
        "steering": steered(definition),
    }


def _found(rule: Rule | ErrorRule, place: Place, text: str) -> Json:
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "line": place.line,
        "path": place.path,
        "text": text,
    }


def _explained(rule: Rule | ErrorRule) -> Json:
    return {"reason": rule.reason, "example": rule.example}


def _events(seen: Seen) -> Json:
    observed, folded = seen.observed, seen.folded
    return {
        "counted": observed.events,
        "first": iso(seen.plan, observed.first_ms),
        "last": iso(seen.plan, observed.last_ms),
        "outcomes": dict(folded.outcomes),
        "refused": dict(folded.refused),
        "of_types_that_no_measure_counts": observed.left_out,
        "sources_not_given": list(observed.not_given),
        "metrics": [_behaviour(seen, one) for one in observed.behaviours],
        "measures": [
            {"measure": name, "of_type": fed.of_type, "matching": fed.matching, "used": fed.used}
            for name, fed in observed.fed.items()
        ],
    }


def _behaviour(seen: Seen, one: Behaviour) -> Json:
    return {
        "metric": one.metric,
        "window": one.window.label,
        "unit": unit_of(seen.plan.definition, one.metric),
        "periods": one.periods,
        "level": one.level,
        "noise": one.noise,
        "expected_error": one.expected_error,
        "zero_share": one.zero_share,
        "behind": one.behind,
    }
