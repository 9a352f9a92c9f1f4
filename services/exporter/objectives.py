"""What a company steers by, as JSON: targets, guardrails, departments, objectives, initiatives, its own days.

Days are local dates, ``progress`` and ``headroom`` parts of 1; a value is never that of an unfinished period.  What is
not known, or was not said, is null.
"""

from datetime import date

from schemas.definition.answering import owner_of
from schemas.definition.model import Definition
from schemas.definition.steering import Change, Guardrail, Hold, Initiative, KeyResult, Reach, Target
from schemas.definition.units import unit_of
from services.exporter.answers import Json, about, day_json, iso, number, stand_json
from services.exporter.shown import Shown
from streams.plan import Plan
from streams.steering.standing import ResultKey, Stand, Steering
from streams.time.grains import DAY


def all_steering(plan: Plan, shown: Shown) -> Json:
    """In the order of the definition."""
    definition, steering = plan.definition, shown.steering
    return about(plan) | {
        "read_at": iso(plan, shown.read_ms),
        "day": day_json(steering.day),
        "targets": [_target(definition, one, steering.targets[one.metric]) for one in definition.aims()],
        "guardrails": [_guardrail(definition, one, steering) for one in definition.guardrails],
        "departments": [
            {"name": name, "metrics": list(one.metrics), "owner": one.owner or None, "runbook": one.runbook or None}
            for name, one in definition.departments.items()
        ],
        "objectives": [
            {
                "objective": objective.name,
                "owner": objective.owner or None,
                "key_results": [
                    _key_result(definition, one, steering.key_results[ResultKey(objective.name, one.name)])
                    | {"owner": one.owner or objective.owner or None}
                    for one in objective.key_results
                ],
            }
            for objective in definition.okrs
        ],
        "initiatives": [_initiative(one, active=steering.active[one.name]) for one in definition.initiatives],
        "calendar": _calendar(definition),
    }


def _target(definition: Definition, target: Target, stand: Stand) -> Json:
    return _metric(definition, target.metric) | {
        "north_star": target.metric == definition.north_star.metric,
        "owner": owner_of(definition, target.metric) or None,
        "runbook": target.runbook or None,
        "better": target.better,
        "base": target.base,
        "from": _date(target.since),
        "by": _date(target.by),
        "milestones": [{"by": one.by.isoformat(), "value": one.value} for one in target.path],
        **stand_json(stand),
    }


def _guardrail(definition: Definition, guardrail: Guardrail, steering: Steering) -> Json:
    rooms = [one for one in steering.rooms if one.metric == guardrail.metric]
    left = [one.left for one in rooms if one.left is not None]
    return _metric(definition, guardrail.metric) | {
        "owner": guardrail.owner or owner_of(definition, guardrail.metric) or None,
        "runbook": guardrail.runbook or None,
        "limits": [{"bound": one.bound, "limit": one.limit, "headroom": number(one.left)} for one in rooms],
        "broken": min(left) < 0 if left else None,
    }


def _key_result(definition: Definition, result: KeyResult, stand: Stand) -> Json:
    so_far = stand.held
    return (
        {"name": result.name}
        | _metric(definition, result.metric)
        | {
            "aim": _aim(result),
            "better": result.better,
            "base": result.base,
            "from": _date(result.since),
            "by": _date(result.by),
            **stand_json(stand),
            "held_days": None if so_far is None else so_far.latest_ms / DAY,
            "longest_held_days": None if so_far is None else so_far.longest_ms / DAY,
        }
    )


def _aim(result: KeyResult) -> Json:
    match result.aim:
        case Change(percent):
            return {"change_percent": percent}
        case Reach(value):
            return {"reach": value}
        case Hold(value, days):
            return {"hold": value, "for_days": days}


def _initiative(initiative: Initiative, *, active: bool) -> Json:
    expects = initiative.expects
    return {
        "name": initiative.name,
        "start": initiative.start.isoformat(),
        "end": initiative.end.isoformat(),
        "owner": initiative.owner or None,
        "metric": expects.metric if expects else None,
        "change_percent": expects.percent if expects else None,
        "active": active,
    }


def _calendar(definition: Definition) -> Json:
    calendar = definition.calendar
    return {
        "holidays": [{"date": one.date.isoformat(), "name": one.name} for one in calendar.holidays],
        "campaigns": [
            {"name": one.name, "start": one.start.isoformat(), "end": one.end.isoformat()} for one in calendar.campaigns
        ],
    }


def _metric(definition: Definition, name: str) -> Json:
    """Which it is, and of which window all this is said."""
    window = definition.metrics[name].windows[0].label
    return {"metric": name, "window": window, "unit": unit_of(definition, name)}


def _date(day: date | None) -> str | None:
    return day.isoformat() if day else None
