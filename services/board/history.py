"""The recent past of a metric: how far back a window is worth looking, and which way it went.

calendar   the last value of each period      trend: the last complete one against the one before
28d, ...   the value at the end of each day   trend: now against a week ago
1h, ...    the value at the end of each bucket   trend: now against one window ago
"""

from datetime import datetime, timedelta

import msgspec

from services.board.asking import Json

DAY = timedelta(days=1)
DAILY = 30 * DAY
REACH = {"day": DAILY, "week": 13 * 7 * DAY, "month": 400 * DAY, "quarter": 800 * DAY, "year": 1900 * DAY}
SPANS = {"h": timedelta(hours=1), "m": timedelta(minutes=1)}
WEEK = 7 * DAY


class History(msgspec.Struct, frozen=True):
    """Values in order of time, None where there is none; ``trend`` is a ratio less 1, ``against`` says of what."""

    values: tuple[float | None, ...] = ()
    trend: float | None = None
    against: str = ""


def reach(window: str) -> timedelta:
    """How far back the history of a window is asked for."""
    if window in REACH:
        return REACH[window]
    span = _span(window)
    return DAILY if span is None else max(2 * span, DAY)


def history(window: str, answered: Json) -> History:
    """Of an exporter's answer: one value an end of the window."""
    points: dict[str, Json] = {reading["end"]: reading for reading in answered["readings"]}  # the last of each end
    readings = list(points.values())
    values = tuple(reading["value"] for reading in readings)
    if window in REACH:
        complete = [reading["value"] for reading in readings if reading["complete"]]
        return History(
            values, _change(complete[-2], complete[-1]) if len(complete) > 1 else None, f"the {window} before"
        )
    span = _span(window)
    if not readings:
        return History()
    ago = WEEK if span is None else span
    last = readings[-1]
    before = [one for one in readings if datetime.fromisoformat(last["at"]) - datetime.fromisoformat(one["at"]) >= ago]
    against = "a week ago" if span is None else f"the {window} before"
    return History(values, _change(before[-1]["value"], last["value"]) if before else None, against)


def _span(window: str) -> timedelta | None:
    """Of windows shorter than days."""
    amount, unit = window[:-1], window[-1:]
    return int(amount) * SPANS[unit] if unit in SPANS and amount.isdecimal() else None


def _change(before: float | None, after: float | None) -> float | None:
    return None if not before or after is None else after / before - 1
