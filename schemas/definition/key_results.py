"""One key result: a change against a base, a value to reach, or one to reach and then hold."""

from typing import Final, NamedTuple, cast

import msgspec

from schemas.definition.draft import Draft
from schemas.definition.durations import DAY, LONGEST_DAYS, split
from schemas.definition.faults import Faults, Place, nearest, quoted
from schemas.definition.model import Lifetime, RollingSpan
from schemas.definition.nodes import Mapping, Node
from schemas.definition.owners import LONGEST_NAME, label, metric, owner
from schemas.definition.percents import change
from schemas.definition.reading import Fields, day, number, one_of, word
from schemas.definition.steering import Aim, Better, Change, Hold, KeyResult, Reach, exact
from schemas.definition.targets import check_dates

_FORMS: Final = ("change", "reach", "hold")
_EXAMPLE: Final = "change: +15%, reach: 40, or hold: 40 with for: 4w"
LARGEST: Final = 10**300
MOST_READINGS: Final = 1_000
"""Readings of a short window that may have to be held one after the other."""


class _Said(NamedTuple):
    """A key result, where its aim stands, and whether it says itself which way is better."""

    result: KeyResult
    at: Place
    better: Better | None


def read_key_result(node: Node, draft: Draft, faults: Faults) -> KeyResult:
    """As far as it is sound; of one without an aim nothing more is asked."""
    said = node.entries if isinstance(node, Mapping) else {}
    forms: list[str] = [form for form in _FORMS if form in said]
    own = ("for",) if "hold" in forms else ()
    optional = (*_FORMS, "base", "from", "by", "name", "owner", "better")
    fields = Fields(node, faults, required=("metric", *own), optional=optional if own else (*optional, "for"))
    if isinstance(node, Mapping) and len(forms) != 1:
        misspelt = any(key not in optional and nearest(key, _FORMS) for key in said)  # that is told at its own line
        if forms or not misspelt:
            faults.add(node.place, f"must aim at one thing: {_EXAMPLE}")
    if "for" in fields and not own and len(forms) == 1:
        faults.add(fields.at("for"), f"goes with hold, not with {forms[0]}")
    before, aim = len(faults), _aim(fields, forms, faults) if len(forms) == 1 else None
    name = fields.get("metric", metric(draft)) or ""
    better = cast("Better | None", fields.get("better", one_of("higher", "lower")))
    result = KeyResult(
        name=fields.get_or("name", label(LONGEST_NAME), _name(name, aim)),
        metric=name,
        aim=aim or Reach(0.0),
        base=fields.get("base", number),
        since=fields.get("from", day),
        by=fields.get("by", day),
        better=better or "higher",
        owner=fields.get_or("owner", owner, ""),
    )
    check_dates(fields, result.since, result.by, faults)
    if aim is None or len(faults) != before:
        return result
    return _checked(fields, _Said(result, fields.at(forms[0]), better), draft, faults)


def _aim(fields: Fields, forms: list[str], faults: Faults) -> Aim | None:
    match forms[0]:
        case "change":
            if "base" not in fields:
                faults.add(fields.at("change"), 'is a change of what? It lacks "base", the value that it begins at')
            percent = fields.get("change", change)
            return None if percent is None else Change(percent)
        case "reach":
            value = fields.get("reach", number)
            return None if value is None else Reach(value)
        case _:
            value, days = fields.get("hold", number), fields.get("for", _days)
            return None if value is None or days is None else Hold(value, days)


def _days(node: Node, faults: Faults) -> int | None:
    text = word(node, faults)
    if text is None:
        return None
    parts = split(text)
    days = parts[0] * (7 if parts[1] == "w" else 1) if parts and parts[1] in "dw" else 0
    if 1 <= days <= LONGEST_DAYS:
        return days
    faults.add(node.place, f"{quoted(text)} is no number of days or weeks such as 10d or 4w, at most {LONGEST_DAYS}d")
    return None


def _name(metric_: str, aim: Aim | None) -> str:
    """``reorders_per_customer +15%``; empty where the aim is not known."""
    match aim:
        case None:
            return ""
        case Change(percent):
            return f"{metric_} {percent:+g}%"
        case Reach(value):
            return f"{metric_} {value:g}"
        case Hold(value, days):
            return f"{metric_} {value:g} for {days // 7}w" if days % 7 == 0 else f"{metric_} {value:g} for {days}d"


def _checked(fields: Fields, said: _Said, draft: Draft, faults: Faults) -> KeyResult:
    result, base = said.result, said.result.base
    if base is not None:
        result = _with_direction(said, base, faults)
    if isinstance(result.aim, Hold):
        _check_hold(fields, result, result.aim, draft, faults)
    return result


def _with_direction(said: _Said, base: float, faults: Faults) -> KeyResult:
    result, target = said.result, said.result.target
    if abs(target) >= LARGEST:
        faults.add(said.at, "leads further than a number can say")
        return result
    if target == exact(base):
        why = "any part of a base of 0 is 0; write reach" if isinstance(result.aim, Change) else "its base already"
        faults.add(said.at, f"leaves nothing to do: {why}")
        return result
    way: Better = "higher" if target > exact(base) else "lower"
    if said.better not in (None, way):
        side = "above" if way == "higher" else "below"
        faults.add(said.at, f"is {side} its base of {base:g}, although {said.better} is better")
    return msgspec.structs.replace(result, better=way)


def _check_hold(fields: Fields, result: KeyResult, aim: Hold, draft: Draft, faults: Faults) -> None:
    place = fields.at("for")
    if result.since and result.by and aim.days >= (result.by - result.since).days:
        faults.add(place, f"{aim.days} days do not fit between {result.since} and {result.by}")
    shown = draft.metrics.get(result.metric)
    if shown is None:
        return
    match shown.windows[0]:
        case Lifetime():
            reason = f"{result.metric} is read over everything, so no period of it ever ends and is held"
            faults.add(place, f"{reason}; put a window such as {{rolling: 28d}} before its lifetime")
        case RollingSpan(span_ms=span_ms) if aim.days * DAY // span_ms > MOST_READINGS:
            longest = MOST_READINGS * span_ms // DAY
            faults.add(place, f"is too long for a window of {shown.windows[0].label}; hold it for {longest}d at most")
        case _:
            pass
