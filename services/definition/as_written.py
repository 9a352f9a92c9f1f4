"""Values of a definition as its file writes them.

RollingDays(7) ─▶ {rolling: 7d}        Condition("plan", "in", ("pro", "team")) ─▶ plan in [pro, team]
Ratio("a", "b") ─▶ {ratio: [a, b]}     36 hours in milliseconds ─▶ 36h
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Final

import msgspec

from schemas.definition import arithmetic
from schemas.definition.model import (
    Calendar,
    CloudEventsFormat,
    Condition,
    FlatFormat,
    Format,
    Formula,
    Growth,
    Lifetime,
    Plain,
    Quantile,
    Ratio,
    RollingDays,
    RollingSpan,
    Share,
    Value,
    Window,
)
from schemas.definition.steering import Aim, Change, Hold, Reach

LETTERS: Final = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))
GRAIN_MS: Final = 300_000
"""Of windows of minutes and hours, where none is written."""
_BARE: Final = re.compile(r"[^\s,\[\]'\"=<>!]+")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)


def written(value: object) -> str:  # noqa: PLR0911 - a case each
    """Any value; "nothing" for one that the file leaves out."""
    if value is None or value == "" or (isinstance(value, tuple | list | Mapping) and not value):
        return "nothing"
    match value:
        case bool():
            return str(value).lower()
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case tuple() | list():
            several = f"[{', '.join(written(one) for one in value)}]"
            return written(value[0]) if len(value) == 1 and isinstance(value[0], Window) else several
        case Mapping():
            return f"{{{', '.join(f'{name}: {written(one)}' for name, one in value.items())}}}"
        case Condition():
            return _condition(value)
        case msgspec.Struct():
            return _struct(value)
        case _:
            return str(value)


def length(milliseconds: int | None) -> str | None:
    """The largest of the file's units that fits without a remainder; None where there is none."""
    if not milliseconds:
        return None
    for letter, unit in LETTERS:
        if milliseconds % unit == 0:
            return f"{milliseconds // unit}{letter}"
    return f"{milliseconds} ms"


def _struct(value: msgspec.Struct) -> str:
    if isinstance(value, Window):
        return _window(value)
    if isinstance(value, Value):
        return written(_value(value))
    if isinstance(value, Aim):
        return written(_aim(value))
    if isinstance(value, Format):
        return _format(value)
    names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
    said = ((name, getattr(value, field)) for field, name in names)
    return written({name: one for name, one in said if one not in (None, "", ())})


def _window(window: Window) -> str:
    match window:
        case Calendar(unit):
            return f"{{calendar: {unit.value}}}"
        case RollingDays(days):
            return f"{{rolling: {days}d}}"
        case RollingSpan(_, grain_ms):
            grain = "" if grain_ms == GRAIN_MS else f", grain: {length(grain_ms)}"
            return f"{{rolling: {window.label}{grain}}}"
        case Lifetime():
            return "lifetime"


def _value(value: Value) -> dict[str, object]:
    match value:
        case Plain(measure):
            return {"measure": measure}
        case Ratio(numerator, denominator):
            return {"ratio": [numerator, denominator]}
        case Formula(expression):
            return {"formula": arithmetic.written(expression)}
        case Growth(of, periods):
            return {"growth": {"of": of, "over": f"{periods} period{'s' if periods > 1 else ''}"}}
        case Share(measure, dimension, segments):
            some = segments[0] if len(segments) == 1 else segments
            return {"share": {"of": measure, "segment": {dimension: some}}}
        case Quantile(measure, part):
            return {"quantile": part, "of": measure}


def _aim(aim: Aim) -> dict[str, object]:
    match aim:
        case Change(percent):
            sign = "+" if percent > 0 else ""
            return {"change": f"{sign}{written(percent)}%"}
        case Reach(value):
            return {"reach": value}
        case Hold(value, days):
            return {"hold": value, "for": f"{days}d"}


def _format(value: Format) -> str:
    if isinstance(value, CloudEventsFormat):
        return "cloudevents"
    if value == FlatFormat():
        return "flat"
    properties = {"properties": value.properties} if value.properties else {}
    return written({"id": value.id, "type": value.type, "time": value.time} | properties | value.places)


def _condition(condition: Condition) -> str:
    value = condition.value
    said = f"[{', '.join(map(_literal, value))}]" if isinstance(value, tuple) else _literal(value)
    return f"{condition.property} {condition.operator} {said}"


def _literal(value: str | float | bool) -> str:  # noqa: FBT001 - what is compared with
    """Text in quotes where it would be read as something else."""
    if not isinstance(value, str):
        return written(value)
    plain = _BARE.fullmatch(value) and not _NUMBER.fullmatch(value) and value not in ("true", "false")
    doubled = value.replace("'", "''")
    return value if plain else f"'{doubled}'"
