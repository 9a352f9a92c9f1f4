"""What is remembered of one entity tells nothing about another."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.model import Count, Distribution, Sum


def entities_settle_for_themselves(draft: Draft) -> Iterator[Fault]:
    """What counts entities is split by a dimension that is remembered of them, or of one half of a pair."""
    for name, measure in draft.measures.items():
        if isinstance(measure, Count | Sum | Distribution):
            continue
        for dimension in (draft.dimensions[one] for one in measure.by_dimension if one in draft.dimensions):
            if dimension.settled and dimension.settled not in measure.entity:
                yield Fault(
                    draft.at(f"measures.{name}.by_dimension", f"measures.{name}"),
                    f"{quoted(dimension.name)} is remembered of {dimension.settled}, and this counts "
                    f"{' with '.join(measure.entity)}, one of which may belong to several; count {dimension.settled}, "
                    "a pair with it, or events",
                )
