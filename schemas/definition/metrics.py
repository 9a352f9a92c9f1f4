"""``metrics``: what is shown, a measure or arithmetic on measures and metrics, over one or more windows.

    {measure: M}  {measure: M, per: O}  {ratio: [O, O]}  {formula: "O / O * 100"}
    {growth: {of: O, over: 1 period}}   {share: {of: M, segment: {DIMENSION: VALUE}}}
    {quantile: 0.95, of: M}

M is a measure (of a quantile: a distribution; of a lifecycle or net retention: a part), O a measure or a metric.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from schemas.definition.draft import Draft, Kind, Reference
from schemas.definition.faults import Faults, either, nearest, quoted
from schemas.definition.formulas import formula
from schemas.definition.model import Formula, Growth, Metric, Plain, Quantile, Ratio, Share, Value
from schemas.definition.names import check_name
from schemas.definition.nodes import Mapping, Node, Sequence
from schemas.definition.reading import Fields, many, sentence, without_repeats, word
from schemas.definition.units import unit
from schemas.definition.windows import windows

_PART: Final = re.compile(r"[01](\.\d{1,6})?", re.ASCII)
_PERIODS: Final = re.compile(r"([1-9]\d{0,3}) periods?", re.ASCII)


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
    kinds = [kind for kind in _MADE if kind in said]
    if len(kinds) != 1:
        hint = next((near for key in said if (near := nearest(key, _MADE))), "")
        faults.add(node.place, f"must show one thing: a {either(_MADE)}{hint}")
        return None
    own = ("per",) if kinds == ["measure"] else ()
    due = ("of",) if kinds == ["quantile"] else ()
    fields = Fields(node, faults, required=(*kinds, *due, "window"), optional=(*own, "unit", "description"))
    value = _MADE[kinds[0]](name, fields, draft, faults)
    found = fields.get("window", windows)
    shown = Metric(
        name=name,
        value=value or Plain(""),
        windows=found or (),
        unit=fields.get_or("unit", unit, ""),
        description=fields.get_or("description", sentence, ""),
    )
    return shown if value and found else None


def _plain(name: str, fields: Fields, draft: Draft, faults: Faults) -> Value | None:
    measure = _reference("measure", name, fields.node("measure"), draft, faults)
    if "per" not in fields:
        return Plain(measure) if measure else None
    per = _reference("operand", name, fields.node("per"), draft, faults)
    return Ratio(measure, per) if measure and per else None


def _ratio(name: str, fields: Fields, draft: Draft, faults: Faults) -> Value | None:
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


def _formula(name: str, fields: Fields, draft: Draft, _: Faults) -> Value | None:
    read = fields.get("formula", formula)
    if read is None:
        return None
    draft.references += [Reference("operand", one, fields.at("formula"), name) for one in read.names]
    return None if read.expression is None else Formula(read.expression)


def _growth(name: str, fields: Fields, draft: Draft, faults: Faults) -> Value | None:
    own = Fields(fields.node("growth") or Mapping(fields.place, {}, {}), faults, required=("of",), optional=("over",))
    of = _reference("operand", name, own.node("of"), draft, faults)
    periods = own.get_or("over", _periods, 1)
    return None if of is None else Growth(of, periods)


def _periods(node: Node, faults: Faults) -> int | None:
    text = word(node, faults)
    match = _PERIODS.fullmatch(text) if text is not None else None
    if text is not None and not match:
        faults.add(node.place, f"{quoted(text)} is no number of periods; write one such as 1 period or 12 periods")
    return int(match[1]) if match else None


def _share(name: str, fields: Fields, draft: Draft, faults: Faults) -> Value | None:
    own = Fields(fields.node("share") or Mapping(fields.place, {}, {}), faults, required=("of", "segment"))
    measure = _reference("measure", name, own.node("of"), draft, faults)
    segment = own.node("segment")
    if segment is None:
        return None
    if not isinstance(segment, Mapping) or len(segment.entries) != 1:
        faults.add(segment.place, "must be one dimension with its value or values, such as {city: Utrecht}")
        return None
    (dimension, node), place = *segment.entries.items(), own.at("segment")
    draft.references.append(Reference("dimension", dimension, segment.keys[dimension], name))
    values = without_repeats(many(word)(node, faults) or (), place, faults)
    if "other" in values:
        faults.add(node.place, '"other" is whatever the limit leaves out, so it is no segment to have a share')
    return Share(measure, dimension, values) if measure and values else None


def _quantile(name: str, fields: Fields, draft: Draft, faults: Faults) -> Value | None:
    measure = _reference("measure", name, fields.node("of"), draft, faults)
    part = fields.get("quantile", _part)
    return Quantile(measure, part) if measure and part else None


def _part(node: Node, faults: Faults) -> str | None:
    text = word(node, faults)
    if text is None or (_PART.fullmatch(text) and 0 < Fraction(text) <= 1):
        return text
    faults.add(node.place, f"{quoted(text)} is no part of all values; write one above 0 and up to 1, such as 0.95")
    return None


def _reference(kind: Kind, owner: str, node: Node | None, draft: Draft, faults: Faults) -> str | None:
    name = None if node is None else word(node, faults)
    if name is not None and node is not None:
        draft.references.append(Reference(kind, name, node.place, owner))
    return name


_MADE: Final[dict[str, Callable[[str, Fields, Draft, Faults], Value | None]]] = {
    "measure": _plain,
    "ratio": _ratio,
    "formula": _formula,
    "growth": _growth,
    "share": _share,
    "quantile": _quantile,
}
