"""A change as tables of plain text."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from services.board.asking import Json
from services.replay.columns import column, lines
from services.replay.text import numbers
from services.told import told

ABSENT: Final = "-"
PARTS: Final = ("numerator", "denominator")
APART: Final = "Differences of segments stand for themselves here: only those of counts and sums add up to the whole."


def sentences(found: Json) -> Iterator[str]:
    """The whole of both periods, then each dimension's segments, the largest difference first."""
    last, before = found["last"], found["before"]
    yield f"{found['company']}: {found['metric']}, {found['window']}" + (f", in {last['unit']}" if last["unit"] else "")
    if found["description"]:
        yield found["description"]
    yield from _whole(found, before, last)
    if not last["final"]:
        yield "Late events may still change the last."
    for one in found["dimensions"]:
        yield ""
        yield from _segments(one, _heads(found), adds_up=found["adds_up"])
    if found["dimensions"] and not found["adds_up"]:
        yield ""
        yield APART


def _whole(found: Json, before: Json, last: Json) -> Iterator[str]:
    names = column("", ["before", "last", "change"], left=True)
    periods = column("period", [_period(before), _period(last), ""], left=True)
    values = column("value", numbers([_exact(before), _exact(last), _fraction(found["exact_change"])]))
    columns = [names, periods, values]
    if last["denominator"] is not None or before["denominator"] is not None:
        for part, head in _heads(found).items():
            old, new = _number(before[part]), _number(last[part])
            columns.append(column(head, numbers([old, new, _minus(new, old)])))
    yield from lines([*columns, column("", ["", "", _percent(found["growth"], sign=True)])])


def _heads(found: Json) -> dict[str, str]:
    """What the two sides of a division are called: of a ratio by their own names (an older exporter does not say)."""
    return dict(zip(PARTS, found.get("sides") or PARTS, strict=True))


def _segments(of: Json, heads: Mapping[str, str], *, adds_up: bool) -> Iterator[str]:
    segments = of["segments"]
    changes = [_fraction(one["exact_change"]) for one in segments]
    columns = [
        column(of["dimension"], [told(one["segment"]) for one in segments], left=True),
        column("before", numbers([_exact(one["before"]) for one in segments])),
        column("last", numbers([_exact(one["last"]) for one in segments])),
        column("change", numbers(changes)),
    ]
    if adds_up:
        columns.append(column("of the change", [_percent(one["part"]) for one in segments]))
    elif any(one["last"]["denominator"] is not None for one in segments):
        columns += [column(head, _both(segments, part)) for part, head in heads.items()]
    yield from lines(columns)


def _both(segments: list[Json], part: str) -> list[str]:
    """Before and last."""
    old, new = (numbers([_number(one[period][part]) for one in segments]) for period in ("before", "last"))
    return [f"{one} to {other}" for one, other in zip(old, new, strict=True)]


def _period(reading: Json) -> str:
    """Its days, both included; of windows of hours and minutes its moments."""
    start, end = (datetime.fromisoformat(reading[bound]) for bound in ("start", "end"))
    window = reading["window"]
    if not (window[0].isdecimal() and window[-1] in "hm"):
        first, last = start.date(), end.date() - timedelta(days=1)
        return f"{first}" if first == last else f"{first} to {last}"
    return f"{start:%Y-%m-%d %H:%M} to {end:{'%H:%M' if start.date() == end.date() else '%Y-%m-%d %H:%M'}}"


def _exact(reading: Json) -> Fraction | None:
    return _fraction(reading["exact"])


def _fraction(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _number(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _minus(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other


def _percent(share: float | None, *, sign: bool = False) -> str:
    if share is None:
        return "" if sign else ABSENT
    return f"{share:{'+' if sign else ''},.1%}"
