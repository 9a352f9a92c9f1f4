"""``departments``: who steers by which metrics, ``logistics: [on_time_deliveries]``."""

from typing import Final

from schemas.definition.draft import Draft, Reference
from schemas.definition.faults import Faults
from schemas.definition.names import check_name
from schemas.definition.nodes import Mapping, Node, Scalar
from schemas.definition.reading import listed, without_repeats, word

MOST: Final = 3
"""KPIs of one department: who steers by more steers by none."""


def read_departments(node: Node, draft: Draft, faults: Faults) -> None:
    """Each by its name; one that has no metric yet is a matter of advice, and no fault."""
    if not isinstance(node, Mapping):
        faults.add(
            node.place, "must be a mapping from names to lists of metrics, such as logistics: [on_time_deliveries]"
        )
        return
    for name, entry in node.entries.items():
        check_name(name, node.keys[name], faults)
        draft.departments[name] = _metrics(entry, draft, faults)


def _metrics(node: Node, draft: Draft, faults: Faults) -> tuple[str, ...]:
    if isinstance(node, Scalar) and node.empty:
        return ()
    found = []
    for item in listed(node):
        name = word(item, faults)
        if name is not None:
            draft.references.append(Reference("metric", name, item.place))
            found.append(name)
    names = without_repeats(tuple(found), node.place, faults)
    if len(names) > MOST:
        faults.add(node.place, f"steers by {len(names)} metrics; at most {MOST}, or none of them decides anything")
    return names
