"""One property of one type of event is one amount."""

from collections.abc import Iterator
from itertools import combinations

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.definition.model import ANY, Amount, Distribution


def amounts_agree(draft: Draft) -> Iterator[Fault]:
    """Not EUR in one sum and USD in the next, nor cut to other decimals: it is read from an event once."""
    sums = {
        name.partition(".")[0]: measure for name, measure in draft.measures.items() if isinstance(measure, Amount)
    }  # parts are one
    for one, other in combinations(sums.values(), 2):
        if not _same_amount(one, other):
            continue
        path = f"measures.{other.name}"
        if one.unit != other.unit:
            yield Fault(
                draft.at(f"{path}.unit", path),
                f"{_reads(other)} {other.property} as {_told(other.unit)}, but {one.name} {_reads(one)} it as "
                f"{_told(one.unit)}",
            )
        if one.decimals != other.decimals:
            yield Fault(
                draft.at(f"{path}.decimals", path),
                f"keeps {other.decimals} decimals of {other.property}, but {one.name} keeps {one.decimals}",
            )


def _reads(measure: Amount) -> str:
    return "spreads" if isinstance(measure, Distribution) else "sums"


def _same_amount(one: Amount, other: Amount) -> bool:
    types_meet = one.of == other.of or ANY in (one.of, other.of)
    return types_meet and one.source == other.source and one.property == other.property


def _told(unit: str) -> str:
    return quoted(unit) if unit else "a number without unit"
