"""Who answers for what an alert speaks of, and where they say what to do."""

from typing import NamedTuple

from schemas.definition.answering import owner_of
from schemas.definition.model import Definition


class Answers(NamedTuple):
    """Whose it is and their own page; empty where the definition does not say."""

    owner: str = ""
    runbook: str = ""


NOBODY = Answers()


def of_metric(definition: Definition, metric: str) -> Answers:
    """Owner and page may stand in different places."""
    pages = [one.runbook for one in (definition.north_star, *definition.targets.values()) if one.metric == metric]
    pages += [one.runbook for one in definition.guardrails if one.metric == metric]
    pages += [one.runbook for one in definition.departments.values() if metric in one.metrics]
    return Answers(owner_of(definition, metric), next((page for page in pages if page), ""))


def of_guardrail(definition: Definition, metric: str) -> Answers:
    """Of the guardrail first: who guards a metric need not be who drives it."""
    others = of_metric(definition, metric)
    owner, page = next((one.owner, one.runbook) for one in definition.guardrails if one.metric == metric)
    return Answers(owner or others.owner, page or others.runbook)


def all_owners(definition: Definition) -> tuple[str, ...]:
    """Everybody who may be told of something, in the order of the file."""
    named = [definition.north_star.owner]
    named += [one.owner for one in definition.targets.values()]
    named += [one.owner for one in definition.guardrails]
    named += [one.owner for one in definition.departments.values()]
    for objective in definition.okrs:
        named += [objective.owner, *(one.owner for one in objective.key_results)]
    return tuple(dict.fromkeys(one for one in named if one))
