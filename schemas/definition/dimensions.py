"""``dimensions``: properties whose values split a measure.

{property: city, limit: 20, values: [Utrecht]}                        of each event
{property: channel, settled: user_id, within: 30d, values: [ads]}     remembered of the user
"""

from typing import Final

from msgspec.structs import replace

from schemas.definition.draft import Draft
from schemas.definition.durations import duration
from schemas.definition.faults import Faults, quoted
from schemas.definition.model import Dimension
from schemas.definition.names import check_name, property_path
from schemas.definition.nodes import Mapping, Node
from schemas.definition.reading import Fields, many, whole, without_repeats, word

_MOST: Final = 1000
_TAKEN: Final = ("none", "other")
_WITHIN_MS: Final = 30 * 86_400_000


def read_dimensions(node: Node, draft: Draft, faults: Faults) -> None:
    """Each by its name."""
    if not isinstance(node, Mapping):
        faults.add(node.place, "must be a mapping from names to dimensions, such as city: {property: city}")
        return
    for name, entry in node.entries.items():
        check_name(name, node.keys[name], faults)
        draft.declared["dimension"][name] = node.keys[name]
        before = len(faults)
        dimension = _dimension(name, entry, faults)
        if len(faults) == before:
            draft.dimensions[name] = dimension


def _dimension(name: str, node: Node, faults: Faults) -> Dimension:
    fields = Fields(node, faults, required=("property",), optional=("limit", "values", "settled", "within"))
    values = without_repeats(fields.get_or("values", many(word), ()), fields.at("values"), faults)
    limit = fields.get_or("limit", whole(1, _MOST), max(20, len(values)))
    if len(values) > min(limit, _MOST):
        faults.add(fields.at("values"), f"names {len(values)} values, more than the limit of {min(limit, _MOST)}")
    for value in values:
        if value in _TAKEN:
            faults.add(
                fields.at("values"), f"{quoted(value)} is reserved for values that are missing or beyond the limit"
            )
    dimension = Dimension(name=name, property=fields.get_or("property", property_path, ""), limit=limit, values=values)
    return _settled(dimension, fields, faults) if "settled" in fields or "within" in fields else dimension


def _settled(dimension: Dimension, fields: Fields, faults: Faults) -> Dimension:
    """With the entity that it is remembered of."""
    entity = fields.get_or("settled", property_path, "")
    within_ms = fields.get_or("within", duration("30d", shortest_ms=0), _WITHIN_MS)
    if "settled" not in fields:
        faults.add(
            fields.at("within"), "is for what is remembered of an entity; say of which, such as settled: user_id"
        )
    for key, path in (("settled", entity), ("property", dimension.property)):
        if "." in path:
            faults.add(
                fields.at(key),
                f"{quoted(path)} stands in items, of which an event may have several; what is remembered of an entity, "
                "and the entity itself, stand in the event",
            )
    if not dimension.values:
        faults.add(
            fields.place,
            "declares no values, and what an entity settles for is one of them, or other; say which are told apart, "
            f"such as {dimension.name}: {{property: {dimension.property}, settled: {entity or 'user_id'}, "
            "values: [...]}",
        )
    return replace(dimension, settled=entity, within_ms=within_ms)
