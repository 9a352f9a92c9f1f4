"""Windows: ``{calendar: month}``, ``{rolling: 28d}``, ``{rolling: 1h, grain: 1m}``, ``lifetime``."""

from typing import Final

from schemas.definition.durations import DAY, HOUR, LONGEST_DAYS, MINUTE, milliseconds, split
from schemas.definition.faults import Faults, either, nearest, quoted
from schemas.definition.model import Calendar, Lifetime, RollingDays, RollingSpan, Unit, Window
from schemas.definition.nodes import Mapping, Node, Scalar
from schemas.definition.reading import Fields, Reader, many, one_of, word

_FORMS: Final = "{calendar: month}, {rolling: 28d} or lifetime"
_GRAIN_MS: Final = 5 * MINUTE
_SHORTEST_MS: Final = 5 * MINUTE
_LONGEST_MS: Final = 48 * HOUR
_UNITS: Final = tuple(unit.value for unit in Unit)


def windows(node: Node, faults: Faults) -> tuple[Window, ...] | None:
    """One or several, told apart by their labels."""
    read: Reader[tuple[Window, ...]] = many(window)
    found = read(node, faults)
    if found is None:
        return None
    labels = [one.label for one in found]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        faults.add(node.place, f"reads {label} twice")
    return found


def window(node: Node, faults: Faults) -> Window | None:
    """One window."""
    if isinstance(node, Scalar):
        return _word(node, faults)
    if not isinstance(node, Mapping):
        faults.add(node.place, f"is no window; write {_FORMS}")
        return None
    kinds = [kind for kind in ("calendar", "rolling") if kind in node.entries]
    fields = Fields(node, faults, optional=("calendar", "rolling", *(("grain",) if kinds != ["calendar"] else ())))
    if len(kinds) != 1:
        faults.add(node.place, f"must be one window; write {_FORMS}")
        return None
    if kinds == ["calendar"]:
        unit = fields.get("calendar", one_of(*_UNITS))
        return Calendar(Unit(unit)) if unit else None
    return _rolling(fields, faults)


def _word(node: Scalar, faults: Faults) -> Window | None:
    text = word(node, faults)
    if text == "lifetime":
        return Lifetime()
    if text in _UNITS:
        faults.add(node.place, f"write {{calendar: {text}}}")
    elif text and split(text):
        faults.add(node.place, f"write {{rolling: {text}}}")
    elif text:
        faults.add(node.place, f"{quoted(text)} is no window; write {_FORMS}{nearest(text, ['lifetime'])}")
    return None


def _rolling(fields: Fields, faults: Faults) -> Window | None:
    text, at = fields.get("rolling", word), fields.at("rolling")
    if text is None:
        return None
    parts = split(text)
    if parts is None or parts[1] == "s":
        faults.add(at, f"{quoted(text)} is no length of a window; write one such as 28d, 4w, 1h or 5m")
        return None
    if parts[1] in "dw":
        days = parts[0] * (7 if parts[1] == "w" else 1)
        if "grain" in fields:
            faults.add(fields.at("grain"), "whole days have no grain; leave it out, or write the window in h or m")
        if not 1 <= days <= LONGEST_DAYS:
            faults.add(at, f"{quoted(text)} is not between 1d and {LONGEST_DAYS}d")
            return None
        return RollingDays(days)
    return _span(fields, faults, (milliseconds(text) or 0, text))


def _span(fields: Fields, faults: Faults, span: tuple[int, str]) -> Window | None:
    span_ms, text = span
    at = fields.at("rolling")
    if not _SHORTEST_MS <= span_ms <= _LONGEST_MS:
        faults.add(at, f"{quoted(text)} is not between 5m and 48h; longer windows are whole days, such as 3d")
        return None
    grain_ms = fields.get_or("grain", _grain, _GRAIN_MS)
    if span_ms % grain_ms:
        shown = f"{grain_ms // MINUTE}m"
        hint = "; choose another grain" if "grain" in fields else "; add grain: 1m"
        faults.add(at, f"{quoted(text)} is no multiple of its grain of {shown}{hint}")
        return None
    return RollingSpan(span_ms, grain_ms)


def _grain(node: Node, faults: Faults) -> int | None:
    text = word(node, faults)
    if text is None:
        return None
    parts = split(text)
    length = milliseconds(text) if parts and parts[1] in "mh" else None
    if length and length >= MINUTE and DAY % length == 0:
        return length
    fit = either(("1m", "5m", "15m", "1h"))
    faults.add(node.place, f"{quoted(text)} is no grain: whole minutes or hours that divide a day, such as {fit}")
    return None
