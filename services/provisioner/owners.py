"""Whose a metric is, in words for people in front of a board."""

from schemas.definition.answering import owner_of
from schemas.definition.model import Definition
from schemas.definition.steering import Target


def aim_of(definition: Definition, metric: str) -> Target | None:
    """The target that a metric has, of its own or as the north star."""
    return next((aim for aim in definition.aims() if aim.metric == metric), None)


def departments_of(definition: Definition, metric: str) -> tuple[str, ...]:
    """The departments that steer by it."""
    return tuple(name for name, department in definition.departments.items() if metric in department.metrics)


def answering(definition: Definition, metric: str) -> str:
    """Who answers for it: by name where the definition has one, else the departments that steer by it; else empty."""
    departments = (name.replace("_", " ") for name in departments_of(definition, metric))
    return owner_of(definition, metric) or ", ".join(departments)
