"""``measures``: what is counted from events, each of one kind.

    {count: TYPE}  {sum: TYPE.PROPERTY}  {distinct: ENTITY, of: TYPE, at_least: 3}
    {distribution: TYPE.PROPERTY}  {first: TYPE, by: ENTITY}
    {repeat: TYPE, by: ENTITY, within: 60d}  {lifecycle: ENTITY, of: TYPE}
    {net_retention: TYPE.PROPERTY, by: ENTITY}  {conversion: [TYPE, TYPE], by: ENTITY, within: 14d}

An entity is a property, or a pair of them.  A lifecycle is several measures: ``users`` is ``users.new``,
``users.retained`` and so on; so is a net retention.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from schemas.definition.conditions import conditions
from schemas.definition.draft import Draft, Kind, Reference
from schemas.definition.durations import duration
from schemas.definition.faults import Faults, either, nearest, quoted
from schemas.definition.model import (
    ANY,
    Conversion,
    Count,
    Distinct,
    Distribution,
    First,
    Lifecycle,
    Measure,
    NetPart,
    NetRetention,
    Part,
    Repeat,
    Sum,
)
from schemas.definition.names import check_name, property_path
from schemas.definition.nodes import Mapping, Node, Scalar
from schemas.definition.reading import Fields, listed, many, sentence, whole, without_repeats, word
from schemas.definition.units import decimals_of, unit

_COMMON: Final = ("description", "where", "from", "unit", "by_dimension")
_OWN: Final[dict[str, tuple[str, ...]]] = {
    "count": (),
    "sum": ("decimals",),
    "distribution": ("decimals",),
    "distinct": ("of", "at_least"),
    "first": ("by",),
    "repeat": ("by", "within"),
    "lifecycle": ("of",),
    "net_retention": ("by", "decimals"),
    "conversion": ("by", "within"),
}
_PARTS: Final[dict[str, type[Part] | type[NetPart]]] = {"lifecycle": Part, "net_retention": NetPart}
_MOST_DECIMALS: Final = 9
_LARGEST_ENTITY: Final = 2
_MOST_AT_LEAST: Final = 100
_ENDS: Final = 2


class _Summed(NamedTuple):
    of: str
    property: str


def read_measures(node: Node, draft: Draft, faults: Faults) -> None:
    """Each by its name; sources have been read."""
    if not isinstance(node, Mapping) or not node.entries:
        faults.add(node.place, "must be a mapping from names to measures, such as orders: {count: order_completed}")
        return
    for name, entry in node.entries.items():
        check_name(name, node.keys[name], faults)
        parts = _parts(name, entry)
        draft.declared["measure"].update(dict.fromkeys(parts or [name], node.keys[name]))
        before = len(faults)
        measure = _measure(name, entry, draft, faults)
        if measure is None or len(faults) > before:
            continue
        draft.also_at(f"measures.{name}", [f"measures.{part}" for part in parts])
        draft.measures |= {part: replace(measure, name=part, part=of) for part, of in parts.items()} or {name: measure}


def _parts(name: str, node: Node) -> dict[str, Part | NetPart]:
    """The measures that one of these kinds is; of another kind none."""
    said = node.entries if isinstance(node, Mapping) else {}
    return {f"{name}.{part.value}": part for kind, parts in _PARTS.items() if kind in said for part in parts}


def _measure(name: str, node: Node, draft: Draft, faults: Faults) -> Measure | None:
    said = node.entries if isinstance(node, Mapping) else {}
    kinds = [kind for kind in _OWN if kind in said]
    if len(kinds) != 1:
        faults.add(node.place, _not_one_kind(kinds, list(said)))
        return None
    fields = Fields(node, faults, required=kinds, optional=(*_OWN[kinds[0]], *_COMMON))
    common = {
        "name": name,
        "source": _source(fields, draft, faults),
        "where": fields.get("where", conditions) or (),
        "by_dimension": _references("dimension", "by_dimension", fields, draft, faults),
        "description": fields.get_or("description", sentence, ""),
        "unit": fields.get_or("unit", unit, ""),
    }
    return _MADE[kinds[0]](fields, common, draft, faults)


def _not_one_kind(kinds: list[str], said: list[str]) -> str:
    if kinds:
        return f"counts one thing, not {' and '.join(kinds)}; make it {len(kinds)} measures"
    hint = next((near for key in said if (near := nearest(key, _OWN))), "")
    return f"does not say what is counted; it needs {either(_OWN)}{hint}"


def _source(fields: Fields, draft: Draft, faults: Faults) -> str:
    declared = draft.declared["source"]
    named = fields.get("from", word)
    if named is not None:
        draft.references.append(Reference("source", named, fields.at("from")))
        return named
    if len(declared) > 1 and "from" not in fields:
        faults.add(fields.place, f"does not say which events; it needs from: {either(declared)}")
    return next(iter(declared), "")


def _references(kind: Kind, key: str, fields: Fields, draft: Draft, faults: Faults) -> tuple[str, ...]:
    node = fields.node(key)
    names = fields.get(key, many(word)) or ()
    for item in listed(node) if node else ():
        if isinstance(item, Scalar) and item.text in names:
            draft.references.append(Reference(kind, item.text, item.place))
    return without_repeats(names, fields.at(key), faults)


def _count(fields: Fields, common: dict[str, Any], _: Draft, __: Faults) -> Measure:
    return Count(of=fields.get_or("count", word, ""), **common)


def _sum(fields: Fields, common: dict[str, Any], _: Draft, __: Faults) -> Measure:
    summed = fields.get_or("sum", _summed, _Summed("", ""))
    decimals = fields.get_or("decimals", whole(0, _MOST_DECIMALS), decimals_of(common["unit"]))
    return Sum(of=summed.of, property=summed.property, decimals=decimals, **common)


def _distribution(fields: Fields, common: dict[str, Any], _: Draft, __: Faults) -> Measure:
    spread = fields.get_or("distribution", _summed, _Summed("", ""))
    decimals = fields.get_or("decimals", whole(0, _MOST_DECIMALS), decimals_of(common["unit"]))
    return Distribution(of=spread.of, property=spread.property, decimals=decimals, **common)


def _distinct(fields: Fields, common: dict[str, Any], _: Draft, __: Faults) -> Measure:
    entity: tuple[str, ...] = fields.get_or("distinct", _entity, ())
    at_least = fields.get_or("at_least", whole(1, _MOST_AT_LEAST), 1)
    return Distinct(of=fields.get_or("of", word, ANY), entity=entity, at_least=at_least, **common)


def _lifecycle(fields: Fields, common: dict[str, Any], _: Draft, __: Faults) -> Measure:
    entity: tuple[str, ...] = fields.get_or("lifecycle", _entity, ())
    return Lifecycle(of=fields.get_or("of", word, ANY), entity=entity, part=Part.ACTIVE, **common)


def _net_retention(fields: Fields, common: dict[str, Any], draft: Draft, faults: Faults) -> Measure:
    paid = fields.get_or("net_retention", _summed, _Summed("", ""))
    entity = _by(fields, common["source"], draft)
    if any("." in name for name in entity):
        faults.add(fields.at("by"), "has its amount from the event, which no item of a list has of its own")
    return NetRetention(
        of=paid.of,
        property=paid.property,
        decimals=fields.get_or("decimals", whole(0, _MOST_DECIMALS), decimals_of(common["unit"])),
        entity=entity,
        part=NetPart.KEPT,
        **common,
    )


def _first(fields: Fields, common: dict[str, Any], draft: Draft, _: Faults) -> Measure:
    return First(of=fields.get_or("first", word, ""), entity=_by(fields, common["source"], draft), **common)


def _repeat(fields: Fields, common: dict[str, Any], draft: Draft, _: Faults) -> Measure:
    within_ms = fields.get("within", duration("60d", shortest_ms=1000))
    entity = _by(fields, common["source"], draft)
    return Repeat(of=fields.get_or("repeat", word, ""), entity=entity, within_ms=within_ms, **common)


def _conversion(fields: Fields, common: dict[str, Any], draft: Draft, faults: Faults) -> Measure:
    types: tuple[str, ...] = fields.get_or("conversion", many(word), ("a", "b"))
    if len(types) != _ENDS or types[0] == types[1] or ANY in types:
        faults.add(fields.at("conversion"), "must be two different types, such as [signed_up, order_completed]")
        types = ("a", "b")
    within_ms = fields.get_or("within", duration("14d", shortest_ms=1000), 0)
    if "within" not in fields:
        faults.add(fields.place, "waits for an event without end; it needs within, such as within: 14d")
    entity = _by(fields, common["source"], draft)
    return Conversion(of=types[0], to=types[1], entity=entity, within_ms=within_ms, **common)


_MADE: Final[dict[str, Callable[[Fields, dict[str, Any], Draft, Faults], Measure]]] = {
    "count": _count,
    "sum": _sum,
    "distribution": _distribution,
    "distinct": _distinct,
    "first": _first,
    "repeat": _repeat,
    "lifecycle": _lifecycle,
    "net_retention": _net_retention,
    "conversion": _conversion,
}


def _by(fields: Fields, source: str, draft: Draft) -> tuple[str, ...]:
    """Left out, it is what the topic is keyed by."""
    keyed = (draft.sources[source].keyed_by,) if source in draft.sources else ()
    return fields.get_or("by", _entity, keyed)


def _entity(node: Node, faults: Faults) -> tuple[str, ...] | None:
    names = many(property_path)(node, faults)
    if names is None:
        return None
    if len(names) > _LARGEST_ENTITY:
        faults.add(node.place, "an entity is a property or a pair of them, such as [user_id, items.sku]")
    return without_repeats(names, node.place, faults)


def _summed(node: Node, faults: Faults) -> _Summed | None:
    if isinstance(node, Mapping):
        fields = Fields(node, faults, required=("of", "property"))
        return _Summed(fields.get_or("of", word, ""), fields.get_or("property", property_path, ""))
    text = word(node, faults)
    if text is None:
        return None
    of, _, name = text.partition(".")
    if not of or not name:
        faults.add(
            node.place,
            f"{quoted(text)} does not say which property; write TYPE.PROPERTY, such as order_completed.value",
        )
        return None
    path = property_path(Scalar(node.place, name, quoted=True), faults)
    return None if path is None else _Summed(of, path)
