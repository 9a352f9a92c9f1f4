"""Which alerts fire: Prometheus judges them, Alertmanager says which of them people are told.

Prometheus     Alertmanager
answers        answers        those that fire, less what Alertmanager silences or holds back because of another
answers        silent         those that fire; nobody is told of them
silent         answers        those it still knows; no new one can begin
silent         silent         not known
"""

from datetime import datetime
from typing import Final, TypeVar

import msgspec

from services.board.asking import OK, SilentError, ask, place

T = TypeVar("T")

OURS: Final = "NorthStar"
"""What the names of our alerts begin with: a Prometheus may judge those of others too."""
SEVERITIES: Final = ("page", "ticket")


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One that fires; ``since`` is when its expression, or the firing, began."""

    name: str
    severity: str
    summary: str
    since: datetime


class Alerts(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered; ``trouble`` says who did not, and ``known`` whether anybody did."""

    at: datetime
    firing: tuple[Alert, ...] = ()
    pending: int = 0
    silenced: int = 0
    held_back: int = 0
    known: bool = True
    trouble: str = ""


class _Judged(msgspec.Struct, frozen=True):
    """As Prometheus has it."""

    labels: dict[str, str]
    annotations: dict[str, str]
    state: str
    active: datetime = msgspec.field(name="activeAt")


class _Data(msgspec.Struct, frozen=True):
    alerts: list[_Judged]


class _OfPrometheus(msgspec.Struct, frozen=True):
    data: _Data


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    silenced_by: list[str] = []
    inhibited_by: list[str] = []


class _Told(msgspec.Struct, frozen=True):
    """As Alertmanager has it."""

    labels: dict[str, str]
    annotations: dict[str, str]
    status: _Status
    starts: datetime = msgspec.field(name="startsAt")


def ask_alerts(prometheus: str, alertmanager: str, at: datetime) -> Alerts:
    """Asks both, each by its URL; raises nothing."""
    judged = told = None
    troubles: list[str] = []
    try:
        judged = _judged(prometheus)
    except SilentError as silent:
        troubles.append(f"Prometheus at {place(prometheus)} does not answer ({silent})")
    try:
        told = _told(alertmanager)
    except SilentError as silent:
        troubles.append(f"Alertmanager at {place(alertmanager)} does not answer ({silent})")
    if judged is None and told is None:
        neither = f"neither Prometheus at {place(prometheus)} nor Alertmanager at {place(alertmanager)} answers"
        return Alerts(at=at, known=False, trouble=neither)
    consequence = ": no new alert can begin" if judged is None else ": nobody is told"
    return _together(judged or [], told or [], at, troubles[0] + consequence if troubles else "")


def _together(judged: list[_Judged], told: list[_Told], at: datetime, trouble: str) -> Alerts:
    open_ones = [one for one in told if not one.status.silenced_by and not one.status.inhibited_by]
    firing = [_alert(one.labels, one.annotations, one.starts) for one in open_ones]
    firing += [  # those that Alertmanager has not heard of
        _alert(one.labels, one.annotations, one.active)
        for one in judged
        if one.state == "firing" and not any(one.labels.items() <= other.labels.items() for other in told)
    ]
    return Alerts(
        at=at,
        firing=tuple(sorted(firing, key=_urgency)),
        pending=sum(one.state == "pending" for one in judged),
        silenced=sum(bool(one.status.silenced_by) for one in told),
        held_back=sum(bool(one.status.inhibited_by) and not one.status.silenced_by for one in told),
        trouble=trouble,
    )


def _judged(url: str) -> list[_Judged]:
    answer = _asked(url, "/api/v1/alerts", _OfPrometheus)
    return [one for one in answer.data.alerts if _is_ours(one.labels)]


def _told(url: str) -> list[_Told]:
    return [one for one in _asked(url, "/api/v2/alerts", list[_Told]) if _is_ours(one.labels)]


def _asked(url: str, path: str, kind: type[T]) -> T:
    status, body = ask(url, path)
    if status != OK:
        raise SilentError(f"status {status}")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise SilentError("something else answers there") from error


def _is_ours(labels: dict[str, str]) -> bool:
    return labels.get("alertname", "").startswith(OURS)


def _alert(labels: dict[str, str], annotations: dict[str, str], since: datetime) -> Alert:
    return Alert(
        name=labels["alertname"],
        severity=labels.get("severity", ""),
        summary=annotations.get("summary", ""),
        since=since,
    )


def _urgency(alert: Alert) -> tuple[int, datetime, str, str]:
    """What wakes people first, then the oldest."""
    rank = SEVERITIES.index(alert.severity) if alert.severity in SEVERITIES else len(SEVERITIES)
    return rank, alert.since, alert.name, alert.summary
