"""An entity's record lives with the partition that its events are keyed to."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.model import Count, Distribution, Sum


def entities_live_with_their_partition(draft: Draft) -> Iterator[Fault]:
    """The entity, or the first of a pair, is what the topic is keyed by."""
    for name, measure in draft.measures.items():
        source = draft.sources.get(measure.source)
        if isinstance(measure, Count | Sum | Distribution) or source is None or not measure.entity:
            continue
        entity = measure.entity[0]
        if entity != source.keyed_by:
            path = f"measures.{name}"
            yield Fault(
                draft.at(f"{path}.by", f"{path}.distinct", f"{path}.lifecycle", path),
                f"remembers each {quoted(entity)}, but {source.topic} is keyed by {quoted(source.keyed_by)}, so the "
                f"events of one {entity} may lie in several partitions and a record lives with its partition; "
                f"begin with {source.keyed_by}, or key the topic by {entity}",
            )
