"""Who answers for a metric, and which way it is better, from whatever part of the definition says so."""

from collections.abc import Iterator
from itertools import chain
from typing import Literal

from schemas.definition.model import Definition
from schemas.definition.steering import Better


def owner_of(definition: Definition, metric: str) -> str:
    """Of its target, else of its guardrail, else of the first department that steers by it; empty where nobody."""
    owners = [one.owner for one in (definition.north_star, *definition.targets.values()) if one.metric == metric]
    owners += [one.owner for one in definition.guardrails if one.metric == metric]
    owners += [one.owner for one in definition.departments.values() if metric in one.metrics]
    return next((owner for owner in owners if owner), "")


def better_of(definition: Definition, metric: str) -> Better | Literal[""]:
    """``higher`` or ``lower``, by its target, a key result or the one limit of its guardrail; else empty."""
    if metric == definition.north_star.metric:
        return definition.north_star.better
    if metric in definition.targets:
        return definition.targets[metric].better
    results = (one.better for objective in definition.okrs for one in objective.key_results if one.metric == metric)
    guarded = ([bound for bound, _ in one.limits] for one in definition.guardrails if one.metric == metric)
    by_limit: Iterator[Better] = ("higher" if bounds == ["min"] else "lower" for bounds in guarded if len(bounds) == 1)
    return next(chain(results, by_limit), "")
