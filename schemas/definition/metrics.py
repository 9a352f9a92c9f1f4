"""``metrics``: what is shown, a measure or a ratio, over one or more windows."""

from schemas.definition.draft import Draft, Kind, Reference
from schemas.definition.faults import Faults, either, nearest
from schemas.definition.model import Metric, Plain, Ratio
from schemas.definition.names import check_name
from schemas.definition.nodes import Mapping, Node, Sequence
from schemas.definition.reading import Fields, sentence, word
from schemas.definition.units import unit
from schemas.definition.windows import windows

_KINDS = ("measure", "ratio")


def read_metrics(node: Node, draft: Draft, faults: Faults) -> None:
    """Each by its name."""
    if not isinstance(node, Mapping) or not node.entries:
        faults.add(
            node.place,
            "must be a mapping from names to metrics, such as orders_today: {measure: orders, window: {calendar: day}}",
        )
        return
    for name, entry in node.entries.items():
        check_name(name, node.keys[name], faults)
        draft.declared["metric"][name] = node.keys[name]
        before = len(faults)
        metric = _metric(name, entry, draft, faults)
        if metric is not None and len(faults) == before:
            draft.metrics[name] = metric


def _metric(name: str, node: Node, draft: Draft, faults: Faults) -> Metric | None:
    said = node.entries if isinstance(node, Mapping) else {}
    kinds = [kind for kind in _KINDS if kind in said]
    if len(kinds) != 1:
        hint = next((near for key in said if (near := nearest(key, _KINDS))), "")
        faults.add(node.place, f"must show one thing: a {either(_KINDS)}{hint}")
        return None
    own = ("per",) if kinds == ["measure"] else ()
    fields = Fields(node, faults, required=(*kinds, "window"), optional=(*own, "unit", "description"))
    value = _plain(name, fields, draft, faults) if kinds == ["measure"] else _ratio(name, fields, draft, faults)
    found = fields.get("window", windows)
    shown = Metric(
        name=name,
        value=value or Plain(""),
        windows=found or (),
        unit=fields.get_or("unit", unit, ""),
        description=fields.get_or("description", sentence, ""),
    )
    return shown if value and found else None


def _plain(name: str, fields: Fields, draft: Draft, faults: Faults) -> Plain | Ratio | None:
    measure = _reference("measure", name, fields.node("measure"), draft, faults)
    if "per" not in fields:
        return Plain(measure) if measure else None
    per = _reference("operand", name, fields.node("per"), draft, faults)
    return Ratio(measure, per) if measure and per else None


def _ratio(name: str, fields: Fields, draft: Draft, faults: Faults) -> Ratio | None:
    node = fields.node("ratio")
    if not isinstance(node, Sequence) or len(node.items) != 2:  # noqa: PLR2004 - one over another
        faults.add(fields.at("ratio"), "must be a list of two, such as [revenue, orders]")
        return None
    above, below = (_reference("operand", name, item, draft, faults) for item in node.items)
    if above is None or below is None:
        return None
    if above == below:
        faults.add(fields.at("ratio"), "is a thing over itself, which is always 1")
    return Ratio(above, below)


def _reference(kind: Kind, owner: str, node: Node | None, draft: Draft, faults: Faults) -> str | None:
    name = None if node is None else word(node, faults)
    if name is not None and node is not None:
        draft.references.append(Reference(kind, name, node.place, owner))
    return name
