"""A definition while it is read: what was sound, what was named, and where, so that every rule can be asked at once."""

from typing import Literal, NamedTuple

from schemas.definition.faults import Place
from schemas.definition.model import Dimension, Measure, Metric, Silence, Source
from schemas.definition.placed import first_place
from schemas.definition.steering import (
    CompanyCalendar,
    Department,
    Guardrail,
    Initiative,
    NorthStar,
    Objective,
    Target,
)

Kind = Literal["source", "dimension", "measure", "metric", "operand"]
"""What a name may refer to; an operand is a measure or a metric."""


class Reference(NamedTuple):
    """A name used at a place, by the entry ``owner`` (empty where it has no name)."""

    kind: Kind
    name: str
    place: Place
    owner: str = ""


class Draft:
    """``declared`` holds every name, also of entries that are unsound; the others hold what is sound.

    Places of keys are kept by path, so that a rule can point at the key it speaks of.
    """

    def __init__(self) -> None:
        self.declared: dict[Literal["source", "dimension", "measure", "metric"], dict[str, Place]] = {
            "source": {},
            "dimension": {},
            "measure": {},
            "metric": {},
        }
        self.references: list[Reference] = []
        self.places: dict[str, Place] = {}
        self.sources: dict[str, Source] = {}
        self.dimensions: dict[str, Dimension] = {}
        self.measures: dict[str, Measure] = {}
        self.metrics: dict[str, Metric] = {}
        self.north_star: NorthStar | None = None
        self.guardrails: tuple[Guardrail, ...] = ()
        self.departments: dict[str, Department] = {}
        self.targets: dict[str, Target] = {}
        self.okrs: tuple[Objective, ...] = ()
        self.initiatives: tuple[Initiative, ...] = ()
        self.calendar = CompanyCalendar()
        self.silences: tuple[Silence, ...] = ()

    def at(self, *paths: str) -> Place:
        """Of the first of these paths that is in the file."""
        return first_place(self.places, paths)

    def also_at(self, path: str, others: list[str]) -> None:
        """What stands at a path and under it is found by these paths too."""
        rests = {at.removeprefix(path): place for at, place in self.places.items() if f"{at}.".startswith(f"{path}.")}
        for other in others:
            self.places |= {other + rest: place for rest, place in rests.items()}
