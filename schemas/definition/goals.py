"""``north_star`` and ``guardrails``: what the metrics are for."""

from typing import Literal, cast

from schemas.definition.draft import Draft, Reference
from schemas.definition.faults import Faults, quoted
from schemas.definition.model import Guardrail, NorthStar
from schemas.definition.nodes import Node
from schemas.definition.reading import Fields, Reader, day, items, listed, number, one_of, without_repeats, word


def read_north_star(node: Node, draft: Draft, faults: Faults) -> None:
    """The one metric."""
    fields = Fields(node, faults, required=("metric",), optional=("target", "base", "by", "better", "inputs"))
    metric = fields.get("metric", _metric(draft))
    inputs = fields.get("inputs", lambda given, found: _inputs(given, draft, found)) or ()
    if metric in inputs:
        faults.add(fields.at("inputs"), f"names {quoted(metric or '')}, which is the north star itself")
    better = fields.get_or("better", one_of("higher", "lower"), "higher")
    target, base = fields.get("target", number), fields.get("base", number)
    _check_target(fields, (base, target), better, faults)
    draft.north_star = NorthStar(
        metric=metric or "",
        target=target,
        base=base,
        by=fields.get("by", day),
        better=cast("Literal['higher', 'lower']", better),
        inputs=inputs,
    )


def _check_target(fields: Fields, way: tuple[float | None, float | None], better: str, faults: Faults) -> None:
    """``way`` goes from the base to the target."""
    for key, told in (("by", "says when"), ("base", "says where it stood")):
        if key in fields and "target" not in fields:
            faults.add(fields.at(key), f"{told}, but there is no target to reach")
    base, target = way
    if base is not None and target is not None and (target < base if better == "higher" else target > base):
        side = "below" if target < base else "above"
        faults.add(fields.at("target"), f"is {side} its base of {base:g}, although {better} is better")


def read_guardrails(node: Node, draft: Draft, faults: Faults) -> None:
    """A list; each metric once."""
    found = [_guardrail(item, draft, faults) for item in items(node, faults)]
    without_repeats(tuple(one.metric for one in found if one.metric), node.place, faults)
    draft.guardrails = tuple(found)


def _guardrail(node: Node, draft: Draft, faults: Faults) -> Guardrail:
    fields = Fields(node, faults, required=("metric",), optional=("min", "max"))
    low, high = fields.get("min", number), fields.get("max", number)
    if "metric" in fields and "min" not in fields and "max" not in fields:
        faults.add(node.place, "guards nothing; it needs min or max")
    if low is not None and high is not None and low > high:
        faults.add(fields.at("min"), "is above max")
    return Guardrail(metric=fields.get("metric", _metric(draft)) or "", min=low, max=high)


def _metric(draft: Draft) -> Reader[str]:
    def read(node: Node, faults: Faults) -> str | None:
        name = word(node, faults)
        if name is not None:
            draft.references.append(Reference("metric", name, node.place))
        return name

    return read


def _inputs(node: Node, draft: Draft, faults: Faults) -> tuple[str, ...]:
    read = _metric(draft)
    names = (read(item, faults) for item in listed(node))
    return without_repeats(tuple(name for name in names if name is not None), node.place, faults)
