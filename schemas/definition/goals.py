"""``north_star`` and ``guardrails``: what the metrics are for."""

from schemas.definition.draft import Draft
from schemas.definition.faults import Faults, quoted
from schemas.definition.nodes import Node
from schemas.definition.owners import metric, owner, runbook
from schemas.definition.reading import Fields, items, listed, number, without_repeats
from schemas.definition.steering import Guardrail, NorthStar
from schemas.definition.targets import KEYS, read_target


def read_north_star(node: Node, draft: Draft, faults: Faults) -> None:
    """The one metric."""
    fields = Fields(node, faults, required=("metric",), optional=(*KEYS, "inputs"))
    name = fields.get("metric", metric(draft))
    inputs = fields.get("inputs", lambda given, found: _inputs(given, draft, found)) or ()
    if name in inputs:
        faults.add(fields.at("inputs"), f"names {quoted(name or '')}, which is the north star itself")
    said = read_target(fields, name or "", faults)
    draft.north_star = NorthStar(
        metric=said.metric,
        target=said.target,
        base=said.base,
        since=said.since,
        by=said.by,
        path=said.path,
        better=said.better,
        owner=said.owner,
        runbook=said.runbook,
        inputs=inputs,
    )


def read_guardrails(node: Node, draft: Draft, faults: Faults) -> None:
    """A list; each metric once."""
    found = [_guardrail(item, draft, faults) for item in items(node, faults)]
    without_repeats(tuple(one.metric for one in found if one.metric), node.place, faults)
    draft.guardrails = tuple(found)


def _guardrail(node: Node, draft: Draft, faults: Faults) -> Guardrail:
    fields = Fields(node, faults, required=("metric",), optional=("min", "max", "owner", "runbook"))
    low, high = fields.get("min", number), fields.get("max", number)
    if "metric" in fields and "min" not in fields and "max" not in fields:
        faults.add(node.place, "guards nothing; it needs min or max")
    if low is not None and high is not None and low > high:
        faults.add(fields.at("min"), "is above max")
    return Guardrail(
        metric=fields.get("metric", metric(draft)) or "",
        min=low,
        max=high,
        owner=fields.get_or("owner", owner, ""),
        runbook=fields.get_or("runbook", runbook, ""),
    )


def _inputs(node: Node, draft: Draft, faults: Faults) -> tuple[str, ...]:
    read = metric(draft)
    names = (read(item, faults) for item in listed(node))
    return without_repeats(tuple(name for name in names if name is not None), node.place, faults)
