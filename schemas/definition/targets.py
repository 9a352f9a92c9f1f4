"""``targets``, and the same keys of ``north_star``: where a metric should be, by when, and the way there.

{target: 2.4, base: 1.5, from: 2026-01-01, by: 2027-12-31, path: linear}
{base: 1.5, path: [{by: 2026-12-31, value: 1.9}, {by: 2027-12-31, value: 2.4}]}
"""

from datetime import date
from typing import Final, cast

import msgspec

from schemas.definition.draft import Draft, Reference
from schemas.definition.faults import Faults, Place, nearest, quoted
from schemas.definition.nodes import Mapping, Node, Scalar, Sequence
from schemas.definition.owners import owner, runbook
from schemas.definition.reading import Fields, day, number, one_of, word
from schemas.definition.steering import Better, Milestone, Target

KEYS: Final = ("target", "base", "from", "by", "path", "better", "owner", "runbook")
_FORMS: Final = "linear, or milestones such as [{by: 2026-12-31, value: 1.9}, {by: 2027-12-31, value: 2.4}]"
_USELESS: Final = (
    ("by", "says when"),
    ("base", "says where it stood"),
    ("from", "says since when"),
    ("path", "says which way"),
)


def read_targets(node: Node, draft: Draft, faults: Faults) -> None:
    """Each by its metric, which is not the north star: its target stands there."""
    if not isinstance(node, Mapping):
        faults.add(node.place, "must be a mapping from metrics to targets, such as orders: {target: 500}")
        return
    star = draft.north_star.metric if draft.north_star else ""
    for name, entry in node.entries.items():
        place = node.keys[name]
        draft.references.append(Reference("metric", name, place))
        if name == star:
            faults.add(place, "is the north star; its target stands in north_star")
        fields = Fields(entry, faults, optional=KEYS)
        if isinstance(entry, Mapping) and not any(key in fields for key in ("target", *dict(_USELESS))):
            faults.add(entry.place, 'lacks "target"')
        draft.targets[name] = read_target(fields, name, faults)


def read_target(fields: Fields, metric: str, faults: Faults) -> Target:
    """What these fields say, the target and its date also where only the last milestone says them."""
    said = Target(
        metric=metric,
        target=fields.get("target", number),
        base=fields.get("base", number),
        since=fields.get("from", day),
        by=fields.get("by", day),
        path=fields.get_or("path", _path, ()),
        better=cast("Better", fields.get_or("better", one_of("higher", "lower"), "higher")),
        owner=fields.get_or("owner", owner, ""),
        runbook=fields.get_or("runbook", runbook, ""),
    )
    check_dates(fields, said.since, said.by, faults)
    if said.path:
        said = _with_last(fields, said, faults)
        _check_milestones(fields, said, faults)
    _check_whole(fields, said, faults)
    return said


def check_dates(fields: Fields, since: date | None, by: date | None, faults: Faults) -> None:
    """A way begins before it ends."""
    if since is not None and by is not None and since >= by:
        when = "after" if since > by else "on"
        faults.add(fields.at("from"), f"begins {when} the day it is due, {by}")


def check_way(place: Place, way: tuple[float | None, float | None], better: Better, faults: Faults) -> None:
    """``way`` goes from the base to the target, whose place it is."""
    base, target = way
    if base is not None and target is not None and _wrong_way(base, target, better):
        side = "below" if target < base else "above"
        faults.add(place, f"is {side} its base of {base:g}, although {better} is better")


def _wrong_way(before: float, after: float, better: Better) -> bool:
    return after < before if better == "higher" else after > before


def _path(node: Node, faults: Faults) -> tuple[Milestone, ...] | None:
    if isinstance(node, Scalar):
        text = word(node, faults)
        if text is not None and text != "linear":
            faults.add(node.place, f"{quoted(text)} is no path; write {_FORMS}{nearest(text, ['linear'])}")
        return None
    if not isinstance(node, Sequence) or not node.items:
        faults.add(node.place, f"must be {_FORMS}")
        return None
    before = len(faults)
    found = [_milestone(item, faults) for item in node.items]
    return tuple(one for one in found if one is not None) if len(faults) == before else None


def _milestone(node: Node, faults: Faults) -> Milestone | None:
    fields = Fields(node, faults, required=("by", "value"))
    by, value = fields.get("by", day), fields.get("value", number)
    return None if by is None or value is None else Milestone(by=by, value=value)


def _with_last(fields: Fields, said: Target, faults: Faults) -> Target:
    """The last milestone is the target."""
    last = said.path[-1]
    if said.by is not None and said.by != last.by:
        faults.add(fields.at("by"), f"is not the day of the last milestone, {last.by}")
    if said.target is not None and said.target != last.value:
        faults.add(fields.at("target"), f"is not the value of the last milestone, {last.value:g}")
    return msgspec.structs.replace(said, target=last.value, by=last.by)


def _check_milestones(fields: Fields, said: Target, faults: Faults) -> None:
    """In order, and each at least as good as the one before."""
    places = _places(fields)
    day_before, value_before = said.since, said.base
    for number_, one in enumerate(said.path):
        what = "the milestone before" if number_ else "the beginning"
        if day_before is not None and one.by <= day_before:
            faults.add(places[number_], f"is due on {one.by}, no later than {what}, {day_before}")
        if value_before is not None and _wrong_way(value_before, one.value, said.better):
            side, before = "below" if one.value < value_before else "above", what if number_ else "the base"
            text = f"{one.value:g} is {side} {before}, {value_before:g}, although {said.better} is better"
            faults.add(places[number_], text)
        day_before, value_before = one.by, one.value


def _places(fields: Fields) -> list[Place]:
    node = fields.node("path")
    return [item.place for item in node.items] if isinstance(node, Sequence) else []


def _check_whole(fields: Fields, said: Target, faults: Faults) -> None:
    for key, told in _USELESS:
        if key in fields and "target" not in fields and not isinstance(fields.node("path"), Sequence):
            faults.add(fields.at(key), f"{told}, but there is no target to reach")
    if not said.path:
        check_way(fields.at("target"), (said.base, said.target), said.better, faults)
    if isinstance(fields.node("path"), Scalar):
        lacking = [quoted(key) for key in ("base", "from", "by") if key not in fields]
        if lacking and "target" in fields:
            faults.add(fields.at("path"), f"a straight way needs {' and '.join(lacking)} beside target")
