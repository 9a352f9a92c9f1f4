"""What a company steers by, in words, for people in front of a board."""

from schemas.definition.model import Definition
from schemas.definition.steering import Change, Guardrail, Hold, Initiative, KeyResult, Reach, Target
from services.provisioner.verbatim import markdown


def target(of: Target) -> str:
    """``From 1.5 on 2026-01-01 evenly to 2.4 by 2027-12-31; higher is better.``"""
    if of.target is None:
        return "No target yet."
    side = f"; {of.better} is better.{_owner(of.owner)}"
    if of.path:
        begin = "" if of.base is None else f"From {of.base:g}{_on(of.since)}: "
        return f"{begin}{', then '.join(f'{one.value:g} by {one.by.isoformat()}' for one in of.path)}{side}"
    by = f" by {of.by.isoformat()}" if of.by else ""
    if of.base is None:
        return f"To {of.target:g}{by}{side}"
    evenly = " evenly" if of.since and of.by else ""
    return f"From {of.base:g}{_on(of.since)}{evenly} to {of.target:g}{by}{side}"


def guardrail(of: Guardrail) -> str:
    """``At least 0.5 and at most 3.``"""
    words = {"min": "at least", "max": "at most"}
    said = " and ".join(f"{words[bound]} {limit:g}" for bound, limit in of.limits)
    return f"{said[0].upper()}{said[1:]}.{_owner(of.owner)}" if said else "No limits."


def key_result(of: KeyResult) -> str:
    """What it aims at, from where and by when."""
    match of.aim:
        case Change(percent):
            said = f"{percent:+g} % against {of.base:g}{_on(of.since)}, to {float(of.target):g}"
        case Reach(value):
            said = f"reach {value:g}"
        case Hold(value, days):
            said = f"reach {value:g} and then hold it for {days} days of complete periods"
    begin = "" if of.base is None or isinstance(of.aim, Change) else f", from {of.base:g}{_on(of.since)}"
    by = f", by {of.by.isoformat()}" if of.by else ""
    metric = of.metric.replace("_", " ")
    return f"{metric[0].upper()}{metric[1:]}: {said}{begin}{by}; {of.better} is better.{_owner(of.owner)}"


def initiative(of: Initiative) -> str:
    """From when to when, and what is expected of it."""
    said = f"{of.start.isoformat()} to {of.end.isoformat()}"
    if of.expects is not None:
        change = "" if of.expects.percent is None else f" by {of.expects.percent:+g} %"
        said += f", to move {of.expects.metric.replace('_', ' ')}{change}"
    return f"{said}.{_owner(of.owner)}"


def steered_by(definition: Definition) -> list[str]:
    """Paragraphs in Markdown: targets, guardrails, departments, objectives, initiatives, the company's own days."""
    said = [f"**{_title(one.metric)}**, target: {markdown(target(one))}" for one in definition.aims()]
    said += [f"**{_title(one.metric)}**, guardrail: {markdown(guardrail(one))}" for one in definition.guardrails]
    for name, department in definition.departments.items():
        if department.metrics:
            metrics = ", ".join(metric.replace("_", " ") for metric in department.metrics)
            said.append(f"**{_title(name)}** steers by {metrics}.{_owner(markdown(department.owner))}")
    for objective in definition.okrs:
        results = "".join(f"\n- {markdown(key_result(one))}" for one in objective.key_results)
        said.append(f"**{markdown(objective.name)}**{_owner(markdown(objective.owner))}{results}")
    said += [f"**{markdown(one.name)}**: {markdown(initiative(one))}" for one in definition.initiatives]
    days = [f"{one.name} ({one.date.isoformat()})" for one in definition.calendar.holidays]
    days += [f"{one.name} ({one.start.isoformat()} to {one.end.isoformat()})" for one in definition.calendar.campaigns]
    return [*said, f"Days that are not like others: {markdown(', '.join(days))}."] if days else said


def _title(name: str) -> str:
    said = name.replace("_", " ")
    return said[0].upper() + said[1:]


def _on(day: object) -> str:
    return f" on {day}" if day else ""


def _owner(name: str) -> str:
    return f" Answers for it: {name}." if name else ""
