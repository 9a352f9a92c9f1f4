"""``dimensions``: properties whose values split a measure."""

from typing import Final

from schemas.definition.draft import Draft
from schemas.definition.faults import Faults, quoted
from schemas.definition.model import Dimension
from schemas.definition.names import check_name, property_path
from schemas.definition.nodes import Mapping, Node
from schemas.definition.reading import Fields, many, whole, without_repeats, word

_MOST: Final = 1000
_TAKEN: Final = ("none", "other")


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
    fields = Fields(node, faults, required=("property",), optional=("limit", "values"))
    values = without_repeats(fields.get_or("values", many(word), ()), fields.at("values"), faults)
    limit = fields.get_or("limit", whole(1, _MOST), max(20, len(values)))
    if len(values) > min(limit, _MOST):
        faults.add(fields.at("values"), f"names {len(values)} values, more than the limit of {min(limit, _MOST)}")
    for value in values:
        if value in _TAKEN:
            faults.add(
                fields.at("values"), f"{quoted(value)} is reserved for values that are missing or beyond the limit"
            )
    return Dimension(name=name, property=fields.get_or("property", property_path, ""), limit=limit, values=values)
