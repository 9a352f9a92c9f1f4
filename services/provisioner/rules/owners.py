"""Who answers for what an alert speaks of, and where they say what to do."""

from typing import NamedTuple

from schemas.definition.model import Definition


class Answers(NamedTuple):
    """Whose it is and their own page; empty where the definition does not say."""

    owner: str = ""
    runbook: str = ""


def of_metric(definition: Definition, metric: str) -> Answers:
    """Of its target first, then of the department that steers by it, then of whoever guards it."""
    star = definition.north_star
    named = [Answers(star.owner, star.runbook)] if star.metric == metric else []
    named += [Answers(one.owner, one.runbook) for name, one in definition.targets.items() if name == metric]
    named += [Answers(one.owner, one.runbook) for one in definition.departments.values() if metric in one.metrics]
    named += [Answers(one.owner, one.runbook) for one in definition.guardrails if one.metric == metric]
    return _first(named)


def of_guardrail(definition: Definition, metric: str) -> Answers:
    """Of the guardrail first: who guards a metric need not be who drives it."""
    named = [Answers(one.owner, one.runbook) for one in definition.guardrails if one.metric == metric]
    return _first([*named, of_metric(definition, metric)])


def all_owners(definition: Definition) -> tuple[str, ...]:
    """Everybody who may be told of something, in the order of the file."""
    named = [definition.north_star.owner]
    named += [one.owner for one in definition.targets.values()]
    named += [one.owner for one in definition.departments.values()]
    named += [one.owner for one in definition.guardrails]
    for objective in definition.okrs:
        named += [objective.owner, *(one.owner for one in objective.key_results)]
    return tuple(dict.fromkeys(one for one in named if one))


def _first(named: list[Answers]) -> Answers:
    """Owner and page may stand in different places."""
    owner = next((one.owner for one in named if one.owner), "")
    return Answers(owner, next((one.runbook for one in named if one.runbook), ""))
