"""What is new in a plan, folded by itself over events that the rest has counted already, and then put beside it.

    plan ──only──▶ the same sources, asked for the same properties, but nothing is counted except what is new
    record [old, old, -] and record [new] ──beside──▶ [old, old, new]

What an event must be to count is decided by the whole plan: otherwise what is new would count events that the version,
once it goes on, refuses.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from streams.carrying import records_of
from streams.fold import pack, unpack
from streams.plan import Placed, Plan, SourcePlan, series_of_place

P = TypeVar("P", bound=Placed)
Places = Sequence[int]
"""Of each place of a backfilled record, which place of the whole record it is."""


def only(plan: Plan, series: frozenset[str]) -> Plan:
    """The plan with nothing but these series.  It has no dimension that is remembered of entities."""
    kept = {key: one for key, one in plan.series.items() if one.name in series}
    sources = {topic: _only(source, series) for topic, source in plan.sources.items()}
    return plan._replace(series=kept, sources=sources)


def counts_nothing(plan: SourcePlan) -> bool:
    """Whether no event can change anything, its stages included."""
    return not (plan.additives or plan.spaces or plan.splits) and all(counts_nothing(one.plan) for one in plan.stages)


def places_of(whole: SourcePlan, part: SourcePlan) -> dict[str, tuple[Places, int]]:
    """Of each space of ``part``: where its places are in the records of ``whole``, and how many those have."""
    places = dict(records_of(whole))
    return {
        name: ([n for n, one in enumerate(places[name]) if one in mine], len(places[name]))
        for name, mine in records_of(part)
        if mine
    }


def beside(record: bytes | None, backfilled: bytes, places: Places, number: int) -> bytes:
    """A record of ``number`` places, packed, with what was backfilled at its ``places``."""
    points = [[] for _ in range(number)] if record is None else unpack(record)
    for place, several in zip(places, unpack(backfilled), strict=True):
        points[place] = several
    return pack(points)


def _only(plan: SourcePlan, series: frozenset[str]) -> SourcePlan:
    additives = (
        one._replace(series=tuple(each for each in one.series if each.name in series)) for one in plan.additives
    )
    spaces = (one._replace(places=tuple(_new(one.places, series))) for one in plan.spaces)
    splits = (
        one._replace(places=tuple(_new(one.places, series)), converting=tuple(_new(one.converting, series)))
        for one in plan.splits
    )
    return plan._replace(
        additives=tuple(one for one in additives if one.series),
        spaces=tuple(one for one in spaces if one.places),
        splits=tuple(one for one in splits if one.places or one.converting),
        stages=tuple(one._replace(plan=_only(one.plan, series)) for one in plan.stages),
    )


def _new(places: Sequence[P], series: frozenset[str]) -> Iterator[P]:
    return (one for one in places if series_of_place(one) <= series)
