"""A sum over the items of a list adds all of them up."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.model import Amount


def nested_sums_take_every_item(draft: Draft) -> Iterator[Fault]:
    """A condition on the same list would choose items, and the amount of an event is read once, over all."""
    for name, measure in draft.measures.items():
        if not isinstance(measure, Amount) or "." not in measure.property:
            continue
        head = measure.property.partition(".")[0]
        for condition in measure.where:
            if condition.property.partition(".")[0] == head:
                yield Fault(
                    draft.at(f"measures.{name}.where", f"measures.{name}"),
                    f"judges each of {quoted(head)} by {quoted(condition.property)}, but {quoted(measure.property)} is "
                    "summed over all of them; leave the condition out, or publish the sum as a property of its own",
                )
