"""``departments``: who steers by which metrics, and who answers for them.

logistics: [on_time_deliveries]
logistics: {metrics: [on_time_deliveries], owner: Ada, runbook: https://wiki.example.com/logistics}
"""

from schemas.advice.rules.many_kpis import MOST, RULE
from schemas.definition.draft import Draft
from schemas.definition.faults import Faults
from schemas.definition.names import check_name
from schemas.definition.nodes import Mapping, Node, Scalar
from schemas.definition.owners import metric, owner, runbook
from schemas.definition.reading import Fields, listed, without_repeats
from schemas.definition.steering import Department


def read_departments(node: Node, draft: Draft, faults: Faults) -> None:
    """Each by its name; one that has no metric yet is a matter of advice, and no fault."""
    if not isinstance(node, Mapping):
        faults.add(
            node.place, "must be a mapping from names to lists of metrics, such as logistics: [on_time_deliveries]"
        )
        return
    for name, entry in node.entries.items():
        check_name(name, node.keys[name], faults)
        draft.departments[name] = _department(entry, draft, faults)


def _department(node: Node, draft: Draft, faults: Faults) -> Department:
    if not isinstance(node, Mapping):
        return Department(metrics=_metrics(node, draft, faults))
    fields = Fields(node, faults, required=("metrics",), optional=("owner", "runbook"))
    metrics = fields.node("metrics")
    return Department(
        metrics=() if metrics is None else _metrics(metrics, draft, faults),
        owner=fields.get_or("owner", owner, ""),
        runbook=fields.get_or("runbook", runbook, ""),
    )


def _metrics(node: Node, draft: Draft, faults: Faults) -> tuple[str, ...]:
    if isinstance(node, Scalar) and node.empty:
        return ()
    found = (metric(draft)(item, faults) for item in listed(node))
    names = without_repeats(tuple(name for name in found if name is not None), node.place, faults)
    if len(names) > MOST:
        text = f"steers by {len(names)} metrics; at most {MOST}, or none of them decides anything"
        faults.add(node.place, text, RULE.id)
    return names
