"""What the board shows, as plain values: made of the exporter's answers, drawn elsewhere."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from services.board.exporter import Json, Numbers
from services.board.history import REACH, History

NO_HISTORY = History()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A metric over the window that targets speak of; ``finished`` is the last complete period of a calendar window."""

    metric: str
    window: str
    unit: str
    value: float | None
    finished: float | None
    history: History

    @property
    def is_calendar(self) -> bool:
        """Whether ``value`` is that of an unfinished period."""
        return self.window in REACH

    @property
    def comparable(self) -> float | None:
        """The value that may be held against a target or a limit."""
        return self.finished if self.is_calendar else self.value


class Star(msgspec.Struct, frozen=True, kw_only=True):
    """The north star and where it should be."""

    line: Line
    target: float | None
    base: float | None
    by: str | None
    better: Literal["higher", "lower"]

    @property
    def share(self) -> float | None:
        """Of the way from the base to the target; where no base is told, from 0."""
        value, base = self.line.comparable, self.base or 0
        if value is None or self.target is None or self.target == base:
            return None
        return (value - base) / (self.target - base)

    @property
    def reached(self) -> bool:
        """Whether the comparable value is where it should be."""
        value = self.line.comparable
        if value is None or self.target is None:
            return False
        return value >= self.target if self.better == "higher" else value <= self.target


class Guardrail(msgspec.Struct, frozen=True, kw_only=True):
    """A metric between its limits, or not."""

    line: Line
    min: float | None
    max: float | None

    @property
    def kept(self) -> bool | None:
        """None while there is nothing to judge."""
        value = self.line.comparable
        if value is None:
            return None
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.  ``as_of`` is how far the north star's events have been read; ``rate`` is events a second."""

    company: str
    time_zone: str
    definition: str
    star: Star
    inputs: tuple[Line, ...]
    guardrails: tuple[Guardrail, ...]
    as_of: datetime | None
    completeness: float
    numbers: Numbers
    rate: float | None


def shown_metrics(readings: Json, numbers: Numbers) -> dict[str, str]:
    """The metrics on the board, each with its first window."""
    star = readings["north_star"]
    wanted = {star["metric"], *star["inputs"], *numbers.limits}
    windows: dict[str, str] = {}
    for reading in readings["readings"]:
        if reading["metric"] in wanted:
            windows.setdefault(reading["metric"], reading["window"])
    return windows


def view(readings: Json, numbers: Numbers, histories: Mapping[str, History], rate: float | None) -> View:
    """Of one round of answers."""
    found: dict[str, Json] = {}
    for reading in readings["readings"]:
        if not reading["dimension"]:
            found.setdefault(reading["metric"], reading)

    def line(metric: str) -> Line:
        reading = found[metric]
        last = reading.get("last_complete")
        return Line(
            metric=metric,
            window=reading["window"],
            unit=reading["unit"],
            value=reading["value"],
            finished=last["value"] if last else None,
            history=histories.get(metric, NO_HISTORY),
        )

    star = readings["north_star"]
    first = found[star["metric"]]
    return View(
        company=readings["company"],
        time_zone=readings["time_zone"],
        definition=readings["definition"],
        star=Star(line=line(star["metric"]), **{name: star[name] for name in ("target", "base", "by", "better")}),
        inputs=tuple(line(metric) for metric in star["inputs"] if metric in found),
        guardrails=tuple(
            Guardrail(line=line(metric), min=limits.get("min"), max=limits.get("max"))
            for metric, limits in numbers.limits.items()
            if metric in found
        ),
        as_of=datetime.fromisoformat(first["as_of"]) if first["as_of"] else None,
        completeness=first["completeness"],
        numbers=numbers,
        rate=rate,
    )
