"""A share is of a measure that is a number, whose cells exist for the segment and for the whole, and add up."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.model import Count, Distribution, Share, Sum


def shares_have_a_whole(draft: Draft) -> Iterator[Fault]:
    """A count or a sum, split by the dimension; of what counts entities one that is remembered of them.

    An entity is in one such segment, so these add up to the whole as well.
    """
    for name, metric in draft.metrics.items():
        share = metric.value
        if not isinstance(share, Share) or share.measure not in draft.measures:
            continue
        measure, path = draft.measures[share.measure], f"metrics.{name}.share"
        dimension = draft.dimensions.get(share.dimension)
        if isinstance(measure, Distribution):
            yield Fault(
                draft.at(f"{path}.of", path),
                f"is of {quoted(measure.name)}, a distribution and no number of which a part could lie in a segment; "
                f"a count of {measure.of} by the same dimension has shares",
            )
        elif not isinstance(measure, Count | Sum) and not (dimension and dimension.settled):
            yield Fault(
                draft.at(f"{path}.of", path),
                f"is of {quoted(measure.name)}, whose segments do not add up to the whole; a count or a sum "
                "has shares, and what counts entities by a dimension that is settled",
            )
        elif share.dimension in draft.declared["dimension"] and share.dimension not in measure.by_dimension:
            yield Fault(
                draft.at(f"{path}.segment.{share.dimension}", f"{path}.segment", path),
                f"{quoted(measure.name)} is not split by it; add by_dimension: [{share.dimension}] to the measure",
            )
        elif dimension and dimension.settled:
            for value in set(share.segments).difference(dimension.values, ("none",)):
                yield Fault(
                    draft.at(f"{path}.segment.{share.dimension}", f"{path}.segment", path),
                    f"{quoted(value)} is not among the values of {quoted(dimension.name)}, and so part of other",
                )
