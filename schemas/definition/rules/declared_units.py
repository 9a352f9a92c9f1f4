"""A metric's unit is the one that follows from what it stands on."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.units import CURRENCIES, Units


def units_follow(draft: Draft) -> Iterator[Fault]:
    """What has no unit of its own may be given one, such as orders or %, but no currency."""
    units = Units(draft.measures, draft.metrics)
    for name, metric in draft.metrics.items():
        follows = units.following(name)
        if not metric.unit or follows is None or metric.unit == follows:
            continue
        if follows or metric.unit in CURRENCIES:
            told = quoted(follows) if follows else "a number without unit"
            yield Fault(
                draft.at(f"metrics.{name}.unit"),
                f"says {quoted(metric.unit)}, but what it stands on makes it {told}",
            )
