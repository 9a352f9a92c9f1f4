"""What the board shows, as plain values: made of answers in ``making.py``, drawn in ``drawn/``."""

from datetime import date, datetime
from typing import Final, Literal

import msgspec

from services.board.alerts import Alerts
from services.board.exporter import Numbers
from services.board.history import REACH, History
from streams.state.serving import NOTHING, Serving
from streams.steering.course import Course

NO_HISTORY: Final = History()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A metric over the window that targets speak of; ``finished`` is the last complete period of a calendar window."""

    metric: str
    window: str
    unit: str
    value: float | None
    finished: float | None
    history: History
    owner: str = ""

    @property
    def is_calendar(self) -> bool:
        """Whether ``value`` is that of an unfinished period."""
        return self.window in REACH


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value should be, and how far it has come: as the exporter says.

    ``value`` is that of no unfinished period; ``path`` the value to be had today, ``place`` the same as a part of the
    way; ``progress`` a part of the way, None where no base is known.
    """

    target: float
    base: float | None
    by: date | None
    better: Literal["higher", "lower"]
    value: float | None
    path: float | None
    place: float | None
    progress: float | None
    course: Course | None

    @property
    def reached(self) -> bool:
        """Whether the value is where it should be at the end."""
        if self.value is None:
            return False
        return self.value >= self.target if self.better == "higher" else self.value <= self.target

    @property
    def share(self) -> float | None:
        """Of the way; where no base is known, of a target above 0: of none below it is anything a part."""
        if self.base is not None or self.value is None or self.target <= 0:
            return self.progress
        return self.value / self.target


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    """A metric, and its target where it has one."""

    line: Line
    aim: Aim | None = None


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """``room`` is what is left of the limit as a part of it, of a limit of 0 the room itself; below 0: broken."""

    name: Literal["min", "max"]
    limit: float
    room: float | None


class Guardrail(msgspec.Struct, frozen=True, kw_only=True):
    """A metric between its limits, or not; ``value`` is the one that is judged, ``broken`` None while there is none."""

    line: Line
    value: float | None
    bounds: tuple[Bound, ...]
    broken: bool | None
    owner: str


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics that it steers by."""

    name: str
    owner: str
    kpis: tuple[Kpi, ...]


class KeyResult(msgspec.Struct, frozen=True, kw_only=True):
    """``held_days`` of ``for_days`` where a value is to be held (the most of them, ``longest_days``), else all None."""

    name: str
    window: str
    unit: str
    owner: str
    aim: Aim
    held_days: float | None
    longest_days: float | None
    for_days: int | None


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be achieved, and by what one sees it."""

    name: str
    owner: str
    key_results: tuple[KeyResult, ...]


class Initiative(msgspec.Struct, frozen=True, kw_only=True):
    """One that runs; ``metric`` is the one it means to move, by so many percent."""

    name: str
    start: date
    end: date
    owner: str
    metric: str
    percent: float | None


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """Whose board it is; ``days`` says what is particular about today: holidays and campaigns.

    ``definition`` is the version that is shown, ``serving`` which is to be.
    """

    name: str
    time_zone: str
    definition: str
    serving: Serving = NOTHING
    days: tuple[str, ...]


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """``as_of`` is how far the north star's events have been read; ``rate`` is events a second.

    ``still_s`` is for how long events have been seen to wait while nothing of them was folded, 0 where that is not so.
    """

    as_of: datetime | None
    completeness: float
    numbers: Numbers
    rate: float | None
    still_s: float


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; ``alerts`` is None where none were asked for, or before the first answer."""

    company: Company
    star: Kpi
    alerts: Alerts | None
    inputs: tuple[Kpi, ...]
    guardrails: tuple[Guardrail, ...]
    objectives: tuple[Objective, ...]
    departments: tuple[Department, ...]
    initiatives: tuple[Initiative, ...]
    freshness: Freshness
