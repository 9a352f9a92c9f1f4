"""A whole definition."""

from typing import Literal

import msgspec

from schemas.definition.model.events import Dimension, Source
from schemas.definition.model.measures import Measure
from schemas.definition.model.metrics import Metric
from schemas.definition.steering import (
    CompanyCalendar,
    Department,
    Guardrail,
    Initiative,
    NorthStar,
    Objective,
    Target,
)


class Silence(msgspec.Struct, frozen=True):
    """A piece of advice (its rule's id) that the company has read and decided against, and why."""

    rule: str
    because: str


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A whole ``nsm.yaml``, found good: every name that is referred to exists.

    ``targets`` holds those of metrics other than the north star.
    """

    company: str
    time_zone: str
    north_star: NorthStar
    sources: tuple[Source, ...]
    measures: dict[str, Measure]
    metrics: dict[str, Metric]
    week_starts: Literal["monday", "sunday"] = "monday"
    phase: Literal["start-up", "scale-up", "mature"] | None = None
    dimensions: dict[str, Dimension] = {}
    guardrails: tuple[Guardrail, ...] = ()
    departments: dict[str, Department] = {}
    targets: dict[str, Target] = {}
    okrs: tuple[Objective, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    calendar: CompanyCalendar = CompanyCalendar()
    silences: tuple[Silence, ...] = ()

    def aims(self) -> tuple[Target, ...]:
        """Every target: the north star's, where it has one, then the others."""
        return tuple(one for one in (self.north_star, *self.targets.values()) if one.target is not None)

    def source(self, name: str) -> Source:
        """The source of this name."""
        return next(source for source in self.sources if source.name == name)
