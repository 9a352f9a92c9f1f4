"""``okrs``: objectives in words, each with the key results that show whether it is achieved.

- objective: Whoever bought once comes back
owner: Ada
key_results:
- {metric: reorders_per_customer, change: +15%, base: 1.5, from: 2026-01-01, by: 2026-12-31}
- {metric: refund_ratio, reach: 0.05, base: 0.08, from: 2026-01-01, by: 2026-12-31}
- {metric: on_time_share, hold: 0.95, for: 4w, base: 0.9, from: 2026-01-01, by: 2026-12-31}
"""

from schemas.definition.draft import Draft
from schemas.definition.faults import Faults
from schemas.definition.key_results import read_key_result
from schemas.definition.nodes import Node, Sequence
from schemas.definition.owners import LONGEST_OBJECTIVE, label, named_once, owner
from schemas.definition.reading import Fields, items
from schemas.definition.steering import Objective


def read_okrs(node: Node, draft: Draft, faults: Faults) -> None:
    """A list; each objective once."""
    nodes = items(node, faults)
    draft.okrs = tuple(_objective(item, draft, faults) for item in nodes)
    named_once(((one.name, item.place) for one, item in zip(draft.okrs, nodes, strict=True)), faults)


def _objective(node: Node, draft: Draft, faults: Faults) -> Objective:
    fields = Fields(node, faults, required=("objective", "key_results"), optional=("owner",))
    given = fields.node("key_results")
    if isinstance(given, Sequence) and not given.items:
        faults.add(given.place, "is an empty list; nothing would show whether the objective is achieved")
    nodes = () if given is None else items(given, faults)
    key_results = tuple(read_key_result(item, draft, faults) for item in nodes)
    named_once(((one.name, item.place) for one, item in zip(key_results, nodes, strict=True)), faults)
    return Objective(
        name=fields.get_or("objective", label(LONGEST_OBJECTIVE), ""),
        owner=fields.get_or("owner", owner, ""),
        key_results=key_results,
    )
