"""``initiatives``: what is done, from when to when, and which metric it means to move.

- {name: New checkout, start: 2026-03-01, end: 2026-05-31, owner: Ada, expects: {metric: orders, change: +5%}}
"""

from schemas.definition.draft import Draft
from schemas.definition.faults import Faults
from schemas.definition.nodes import Node
from schemas.definition.owners import LONGEST_NAME, label, metric, named_once, owner
from schemas.definition.percents import change
from schemas.definition.reading import Fields, items
from schemas.definition.steering import Expected, Initiative
from schemas.definition.stretches import stretch


def read_initiatives(node: Node, draft: Draft, faults: Faults) -> None:
    """A list; each name once, since it tells them apart on a board."""
    nodes = items(node, faults)
    read = [_initiative(item, draft, faults) for item in nodes]
    named = [(one.name, item.place) for one, item in zip(read, nodes, strict=True) if one is not None]
    named_once(named, faults)
    draft.initiatives = tuple(one for one in read if one is not None)


def _initiative(node: Node, draft: Draft, faults: Faults) -> Initiative | None:
    fields = Fields(node, faults, required=("name", "start", "end"), optional=("owner", "expects"))
    name, days = fields.get_or("name", label(LONGEST_NAME), ""), stretch(fields, faults)
    expects = fields.get("expects", lambda given, found: _expected(given, draft, found))
    who = fields.get_or("owner", owner, "")
    return None if days is None else Initiative(name=name, start=days[0], end=days[1], owner=who, expects=expects)


def _expected(node: Node, draft: Draft, faults: Faults) -> Expected | None:
    fields = Fields(node, faults, required=("metric",), optional=("change",))
    name, percent = fields.get("metric", metric(draft)), fields.get("change", change)
    return None if name is None else Expected(metric=name, percent=percent)
