"""Every name that is referred to exists."""

from collections.abc import Iterator

from schemas.definition.draft import Draft, Reference
from schemas.definition.faults import Fault, either, nearest, quoted

_CALLED = {
    "source": "source",
    "dimension": "dimension",
    "measure": "measure",
    "metric": "metric",
    "operand": "measure or metric",
}


def references_exist(draft: Draft) -> Iterator[Fault]:
    """An unsound entry of that name is there all the same."""
    for reference in draft.references:
        known = _known(draft, reference)
        if reference.name not in known:
            yield Fault(reference.place, _missing(draft, reference, known))


def _known(draft: Draft, reference: Reference) -> set[str]:
    if reference.kind == "operand":
        return {*draft.declared["measure"], *draft.declared["metric"]}
    return set(draft.declared[reference.kind])


def _missing(draft: Draft, reference: Reference, known: set[str]) -> str:
    name, called = quoted(reference.name), _CALLED[reference.kind]
    parts = [one for one in draft.declared["measure"] if one.startswith(f"{reference.name}.")]
    if parts and reference.kind in ("measure", "operand"):
        return f"{name} is several measures; name one: {either(parts)}"
    if reference.kind == "metric" and reference.name in draft.declared["measure"]:
        return f"{name} is a measure, not a metric; add a metric that shows it, and name that"
    if reference.kind == "measure" and reference.name in draft.declared["metric"] and reference.name != reference.owner:
        return f"{name} is a metric, not a measure"
    return f"there is no {called} {name}{nearest(reference.name, known)}"
