"""``com.shop.order.value`` is the property ``shop.order.value`` of the type ``com``: hardly ever what was meant."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.model import Amount, Conversion


def sums_name_their_type(draft: Draft) -> Iterator[Fault]:
    """Told where another measure speaks of a type with dots that the sum begins with."""
    types = {measure.of for measure in draft.measures.values()}
    types |= {measure.to for measure in draft.measures.values() if isinstance(measure, Conversion)}
    for name, measure in draft.measures.items():
        if not isinstance(measure, Amount):
            continue
        written = f"{measure.of}.{measure.property}"
        meant = max((of for of in types if "." in of and written.startswith(f"{of}.")), key=len, default=None)
        if meant is not None and meant != measure.of:
            path, rest = f"measures.{name}", written[len(meant) + 1 :]
            yield Fault(
                draft.at(f"{path}.sum", f"{path}.distribution", f"{path}.net_retention", path),
                f"is read as {quoted(measure.property)} of the type {quoted(measure.of)}; for the type {quoted(meant)} "
                f"write {{of: {meant}, property: {rest}}}",
            )
