"""``calendar``: the days that are not like others, so that nobody is woken by them.

holidays:  [{date: 2026-12-25, name: Christmas}]
campaigns: [{name: Black Friday, start: 2026-11-27, end: 2026-11-30}]
"""

from itertools import pairwise

from schemas.definition.draft import Draft
from schemas.definition.faults import Faults, Place, quoted
from schemas.definition.nodes import Node
from schemas.definition.owners import LONGEST_NAME, label, named_once
from schemas.definition.reading import Fields, day, items
from schemas.definition.steering import Campaign, CompanyCalendar, Holiday
from schemas.definition.stretches import stretch


def read_company_calendar(node: Node, draft: Draft, faults: Faults) -> None:
    """Each holiday's day once; a campaign may come again, under its name, when it is over."""
    fields = Fields(node, faults, optional=("holidays", "campaigns"))
    holidays = fields.get("holidays", _holidays) or ()
    campaigns = fields.get("campaigns", _campaigns) or ()
    draft.calendar = CompanyCalendar(holidays=holidays, campaigns=campaigns)


def _holidays(node: Node, faults: Faults) -> tuple[Holiday, ...]:
    nodes = items(node, faults)
    found = [(_holiday(item, faults), item.place) for item in nodes]
    named_once(((one.date.isoformat(), place) for one, place in found if one is not None), faults)
    return tuple(one for one, _ in found if one is not None)


def _holiday(node: Node, faults: Faults) -> Holiday | None:
    fields = Fields(node, faults, required=("date", "name"))
    at, name = fields.get("date", day), fields.get_or("name", label(LONGEST_NAME), "")
    return None if at is None else Holiday(date=at, name=name)


def _campaigns(node: Node, faults: Faults) -> tuple[Campaign, ...]:
    read = [(_campaign(item, faults), item.place) for item in items(node, faults)]
    found = [(one, place) for one, place in read if one is not None]
    for one, other in pairwise(sorted(found, key=lambda campaign: (campaign[0].name, campaign[0].start))):
        _check_apart(one, other, faults)
    return tuple(one for one, _ in found)


def _campaign(node: Node, faults: Faults) -> Campaign | None:
    fields = Fields(node, faults, required=("name", "start", "end"))
    name, days = fields.get_or("name", label(LONGEST_NAME), ""), stretch(fields, faults)
    return None if days is None else Campaign(name=name, start=days[0], end=days[1])


def _check_apart(one: tuple[Campaign, Place], other: tuple[Campaign, Place], faults: Faults) -> None:
    """``other`` starts no earlier."""
    (first, place), (second, at) = one, other
    if first.name and first.name == second.name and second.start <= first.end:
        faults.add(at, f"{quoted(second.name)} is on already at that time, by line {place.line}")
