"""A name means one thing: as an operand it would otherwise be a riddle."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.model import Plain


def names_mean_one_thing(draft: Draft) -> Iterator[Fault]:
    """A metric may bear the name of the measure that it shows as it is: both then mean the same."""
    for name, place in draft.declared["metric"].items():
        metric = draft.metrics.get(name)
        if name not in draft.declared["measure"] or metric is None or metric.value == Plain(name):
            continue
        line = draft.declared["measure"][name].line
        yield Fault(
            place, f"{quoted(name)} is also a measure (line {line}); only a metric that shows it may be called so"
        )
