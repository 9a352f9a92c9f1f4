"""What is added, subtracted or divided has units that go together."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.units import CURRENCIES, Clash, Units


def units_go_together(draft: Draft) -> Iterator[Fault]:
    """A sum of hours and euros is nothing, and a ratio of two currencies no figure but an exchange rate."""
    units = Units(draft.measures, draft.metrics)
    for name in draft.metrics:
        for clash in units.clashes(name):
            path = f"metrics.{name}"
            yield Fault(draft.at(f"{path}.ratio", f"{path}.per", f"{path}.formula", path), _told(clash))


def _told(clash: Clash) -> str:
    left, right = clash.left, clash.right
    if clash.sign == "/":
        return f"divides {left} by {right}; bring both into one currency before they are published"
    told = (
        f"adds {quoted(right)} to {quoted(left)}" if clash.sign == "+" else f"takes {quoted(right)} from {quoted(left)}"
    )
    money = left in CURRENCIES and right in CURRENCIES
    return (
        f"{told}; {'bring both into one currency before they are published' if money else 'only like goes with like'}"
    )
