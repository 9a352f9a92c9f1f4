"""A view, made of one round of the exporter's answers."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final

import msgspec

from services.board.alerts import Alerts
from services.board.asking import Json
from services.board.exporter import Numbers, serving_of
from services.board.history import History
from services.board.view import (
    NO_HISTORY,
    Aim,
    Bound,
    Company,
    Department,
    Freshness,
    Guardrail,
    Initiative,
    KeyResult,
    Kpi,
    Line,
    Objective,
    View,
)

ELSEWHERE: Final = "other targets"
"""Where the targets stand of metrics that no department steers by."""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """Of one round: three pages of the exporter, the histories by metric, events a second, and alerts.

    ``still_s`` is as ``Freshness`` has it.
    """

    readings: Json
    steering: Json
    numbers: Numbers
    histories: Mapping[str, History]
    rate: float | None
    still_s: float
    alerts: Alerts | None


def shown_metrics(readings: Json, steering: Json) -> dict[str, str]:
    """The metrics whose past the board shows, each with its first window."""
    star = readings["north_star"]
    wanted = {star["metric"], *star["inputs"]}
    wanted |= {one["metric"] for one in (*steering["guardrails"], *steering["targets"])}
    wanted |= {metric for one in steering["departments"] for metric in one["metrics"]}
    return {metric: one["window"] for metric, one in _wholes(readings).items() if metric in wanted}


def view(answers: Answers) -> View:
    """What is told of a metric without a reading is left out: two pages may be of two moments."""
    return _Making(answers).view()


class _Making:
    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._readings = _wholes(answers.readings)
        self._targets: dict[str, Json] = {one["metric"]: one for one in answers.steering["targets"]}
        self._day = date.fromisoformat(answers.steering["day"])

    def view(self) -> View:
        answers, steering = self._answers, self._answers.steering
        star = answers.readings["north_star"]
        first = self._readings[star["metric"]]
        return View(
            company=self._company(),
            star=self._kpi(star["metric"]),
            alerts=answers.alerts,
            inputs=self._kpis(star["inputs"]),
            guardrails=tuple(self._guardrail(one) for one in steering["guardrails"] if self._has(one)),
            objectives=tuple(self._objective(one) for one in steering["objectives"]),
            departments=tuple(self._departments()),
            initiatives=tuple(_initiative(one) for one in steering["initiatives"] if one["active"]),
            freshness=Freshness(
                as_of=datetime.fromisoformat(first["as_of"]) if first["as_of"] else None,
                completeness=first["completeness"],
                numbers=answers.numbers,
                rate=answers.rate,
                still_s=answers.still_s,
            ),
        )

    def _company(self) -> Company:
        said, calendar = self._answers.readings, self._answers.steering["calendar"]
        days = [one["name"] for one in calendar["holidays"] if _day(one["date"]) == self._day]
        days += [one["name"] for one in calendar["campaigns"] if self._runs(one)]
        return Company(
            name=said["company"],
            time_zone=said["time_zone"],
            definition=said["definition"],
            serving=serving_of(said),
            days=tuple(days),
        )

    def _has(self, told: Json) -> bool:
        return told["metric"] in self._readings

    def _runs(self, told: Json) -> bool:
        return date.fromisoformat(told["start"]) <= self._day <= date.fromisoformat(told["end"])

    def _line(self, metric: str) -> Line:
        reading = self._readings[metric]
        last = reading.get("last_complete")
        return Line(
            metric=metric,
            window=reading["window"],
            unit=reading["unit"],
            value=reading["value"],
            finished=last["value"] if last else None,
            history=self._answers.histories.get(metric, NO_HISTORY),
            owner=self._answers.numbers.owners.get(metric, ""),
        )

    def _kpi(self, metric: str) -> Kpi:
        target = self._targets.get(metric)
        return Kpi(line=self._line(metric), aim=None if target is None else self._aim(target))

    def _kpis(self, metrics: list[str]) -> tuple[Kpi, ...]:
        return tuple(self._kpi(metric) for metric in metrics if metric in self._readings)

    def _aim(self, told: Json) -> Aim:
        return Aim(
            target=told["target"],
            base=told["base"],
            by=_day(told["by"]),
            better=told["better"],
            value=told["value"],
            path=told["path"],
            place=_place(told),
            progress=told["progress"],
            course=told["course"],
        )

    def _guardrail(self, told: Json) -> Guardrail:
        line = self._line(told["metric"])
        return Guardrail(
            line=line,
            value=line.finished if line.is_calendar else line.value,
            bounds=tuple(Bound(name=one["bound"], limit=one["limit"], room=one["headroom"]) for one in told["limits"]),
            broken=told["broken"],
            owner=told["owner"] or "",
        )

    def _objective(self, told: Json) -> Objective:
        return Objective(
            name=told["objective"],
            owner=told["owner"] or "",
            key_results=tuple(self._key_result(one) for one in told["key_results"]),
        )

    def _key_result(self, told: Json) -> KeyResult:
        aim, for_days = self._aim(told), told["aim"].get("for_days")
        if for_days is not None:
            aim = msgspec.structs.replace(aim, place=self._place_of_hold(aim, for_days))
        return KeyResult(
            name=told["name"],
            window=told["window"],
            unit=told["unit"],
            owner=told["owner"] or "",
            aim=aim,
            held_days=told["held_days"],
            longest_days=told["longest_held_days"],
            for_days=for_days,
        )

    def _place_of_hold(self, aim: Aim, for_days: int) -> float | None:
        """Half of it is to reach the value, half to hold it, which must begin so many days before its date."""
        if aim.by is None:
            return None
        held = min(1.0, max(0.0, (for_days - (aim.by - self._day).days) / for_days))
        return held if aim.base is None else None if aim.place is None else (aim.place + held) / 2

    def _departments(self) -> Iterator[Department]:
        shown = {self._answers.readings["north_star"]["metric"], *self._answers.readings["north_star"]["inputs"]}
        for one in self._answers.steering["departments"]:
            shown.update(one["metrics"])
            yield Department(name=one["name"], owner=one["owner"] or "", kpis=self._kpis(one["metrics"]))
        others = [metric for metric in self._targets if metric not in shown]
        if others:
            yield Department(name=ELSEWHERE, owner="", kpis=self._kpis(others))


def _wholes(readings: Json) -> dict[str, Json]:
    """Each metric's reading over its first window, not split."""
    found: dict[str, Json] = {}
    for reading in readings["readings"]:
        if not reading["dimension"]:
            found.setdefault(reading["metric"], reading)
    return found


def _place(told: Json) -> float | None:
    """Where today's path lies between base and target, 0 to 1."""
    base: float | None = told["base"]
    path: float | None = told["path"]
    target: float = told["target"]
    if base is None or path is None or base == target:
        return None
    return min(1.0, max(0.0, (path - base) / (target - base)))


def _initiative(told: Json) -> Initiative:
    return Initiative(
        name=told["name"],
        start=date.fromisoformat(told["start"]),
        end=date.fromisoformat(told["end"]),
        owner=told["owner"] or "",
        metric=told["metric"] or "",
        percent=told["change_percent"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
