"""What a company steers by: targets and the way to each, objectives, initiatives, days of its own, and who answers.

None of it decides what is counted: a definition with another target counts as before, and goes on with what it has.
"""

from datetime import date
from fractions import Fraction
from typing import Literal

import msgspec

Better = Literal["higher", "lower"]


def exact(number: float) -> Fraction:
    """The decimal that was written: 0.1 is a tenth, not the float next to it."""
    return Fraction(repr(number))


class Milestone(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a path: the value to be had by the end of that local day."""

    by: date
    value: float


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a metric should be and when, and where it stood (``base``) on the day that the way begins (``since``).

    ``path`` holds the milestones, the last of them the target itself; without any the way is straight.  In the file
    ``since`` is called ``from``.  Values are those of the metric's first window.
    """

    metric: str
    target: float | None = None
    base: float | None = None
    since: date | None = msgspec.field(default=None, name="from")
    by: date | None = None
    path: tuple[Milestone, ...] = ()
    better: Better = "higher"
    owner: str = ""
    runbook: str = ""


class NorthStar(Target, frozen=True, kw_only=True):
    """The one metric, with its target, and the metrics that drive it."""

    inputs: tuple[str, ...] = ()


class Guardrail(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that must stay within limits while the north star is chased."""

    metric: str
    min: float | None = None
    max: float | None = None
    owner: str = ""
    runbook: str = ""

    @property
    def limits(self) -> tuple[tuple[Literal["min", "max"], float], ...]:
        """Each bound that is set."""
        bounds: tuple[tuple[Literal["min", "max"], float | None], ...] = (("min", self.min), ("max", self.max))
        return tuple((bound, limit) for bound, limit in bounds if limit is not None)


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics by which it steers, at most three, and who answers for them."""

    metrics: tuple[str, ...] = ()
    owner: str = ""
    runbook: str = ""


class Change(msgspec.Struct, frozen=True, tag="change"):
    """So many percent of the base more, or with a minus less."""

    percent: float


class Reach(msgspec.Struct, frozen=True, tag="reach"):
    """A value, however it was before."""

    value: float


class Hold(msgspec.Struct, frozen=True, tag="hold"):
    """A value, reached and then kept for so many days of complete periods."""

    value: float
    days: int


Aim = Change | Reach | Hold


class KeyResult(msgspec.Struct, frozen=True, kw_only=True):
    """One measured part of an objective, from ``base`` on the day ``since`` to what it aims at by ``by``.

    A ``Change`` always has a base.  The way is straight; that of a ``Hold`` ends early enough for what is to be held.
    """

    name: str
    metric: str
    aim: Aim
    base: float | None = None
    since: date | None = msgspec.field(default=None, name="from")
    by: date | None = None
    better: Better = "higher"
    owner: str = ""

    @property
    def target(self) -> Fraction:
        """The value aimed at; ``+15%`` of a negative base is above it too."""
        match self.aim:
            case Change(percent):
                base = exact(self.base or 0.0)
                return base + abs(base) * exact(percent) / 100
            case Reach(value) | Hold(value):
                return exact(value)


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be achieved, in words, and the key results that show whether it is."""

    name: str
    owner: str = ""
    key_results: tuple[KeyResult, ...] = ()


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """The metric that an initiative means to move, and by how many percent (None: it does not say)."""

    metric: str
    percent: float | None = None


class Initiative(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is done from one local day to another, both included, so that a metric moves."""

    name: str
    start: date
    end: date
    owner: str = ""
    expects: Expected | None = None


class Holiday(msgspec.Struct, frozen=True, kw_only=True):
    """A local day that is not like others of its weekday."""

    date: date
    name: str


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """Local days, both ends included, on which numbers are higher, or lower, on purpose."""

    name: str
    start: date
    end: date


class CompanyCalendar(msgspec.Struct, frozen=True, kw_only=True):
    """The days that a comparison with last week must know of."""

    holidays: tuple[Holiday, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
