"""What a version can go on with of the one before it, instead of folding it anew: series that count alike, and the
records behind them.

    old record  [distinct by day] [first, repeat]
                        │                 └──────────────┐
    new record  [distinct by day] [first, repeat] [conversion: nothing yet]

What is new begins with the next event, or is folded by itself over those that the topics still hold
(``backfilling``).  It never shares what is remembered with what is older: that reaches back only as far as the older
needed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from schemas.definition import model
from schemas.definition.model import Definition, Measure
from schemas.errors import NsmError
from streams.adding import values_space
from streams.canonical import canonical
from streams.converting import converting_space
from streams.fold import pack, unpack
from streams.plan import (
    Carried,
    Generation,
    Placed,
    PlacedChain,
    Plan,
    Remembering,
    SourcePlan,
    compile_plan,
    series_of_place,
)

ASKS_ALL = (model.Part.NEW, model.Part.RESURRECTED)
"""Parts of a lifecycle that ask who was ever there."""


class CannotBeCarried(NsmError):
    """Why a version cannot go on with the one before it, all reasons at once."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


class Carrying(NamedTuple):
    """``new`` is the plan that goes on with ``old``: with these ``series``, and the records behind them."""

    old: Plan
    new: Plan
    series: frozenset[str]

    @property
    def begun(self) -> frozenset[str]:
        """The series that are new."""
        return frozenset(series.name for series in self.new.series.values()) - self.series

    @property
    def measures(self) -> frozenset[str]:
        """Those that go on, at one grain at least."""
        return frozenset(measure for (measure, _), series in self.new.series.items() if series.name in self.series)

    def partners(self) -> "Iterator[Part]":
        """Each part of the new plan, sources and then stages, with what it goes on with."""
        return (Part(self, *pair) for pair in _partners(self.old, self.new))


class Part(NamedTuple):
    """A source, or a stage (by its topics); ``before`` is None where a stage is new."""

    carrying: Carrying
    topics: tuple[str | None, str]
    before: SourcePlan | None
    after: SourcePlan

    def spaces(self) -> dict[str, tuple[int | None, ...]]:
        """Of each space that goes on, place by place where its points stood; None: nowhere, it is new."""
        known, found = dict(records_of(self.before)), dict[str, tuple[int | None, ...]]()
        for name, places in records_of(self.after):
            stood = tuple(
                _stood(place, known.get(name, ())) if series_of_place(place) <= self.carrying.series else None
                for place in places
            )
            if any(place is not None for place in stood):
                found[name] = stood
        return found

    def values(self) -> frozenset[str]:
        """The spaces of values that are told apart, which go on as they are."""
        return frozenset(
            values_space(additive.measure, dimension)
            for additive in self.after.additives
            if additive.measure in self.carrying.measures
            for dimension, _ in additive.dimensions
        )

    def totals(self, totals: Mapping[str, int]) -> dict[str, int]:
        """What became of the events, and what is told of measures that go on."""
        told = {"", *self.carrying.measures}
        return {name: n for name, n in totals.items() if "|" not in name or name.split("|")[1] in told}


def moved(record: bytes, stood: Sequence[int | None]) -> bytes:
    """A record, packed, with its points where the new plan has them; empty where none are left."""
    was = unpack(record)
    now = [[] if place is None else was[place] for place in stood]
    return pack(now) if any(now) else b""


def carrying(old: Plan, definition: Definition, since_ms: int | None) -> Carrying:
    """What the plan of ``definition`` can go on with; what else it counts begins at ``since_ms`` (None: with the first
    event there ever was).

    Raises CannotBeCarried.
    """
    new = compile_plan(definition)
    reasons, series = list(_of_all(old, new)), _alike(old, new)
    while True:
        plan = compile_plan(definition, _carried(old, new, series, since_ms))
        lost = _without_records(old, plan, series)
        if not lost:
            break
        series -= lost
    reasons += _unknowable(plan, series)
    if not series:
        reasons.append("nothing counts as it did before")
    if reasons:
        raise CannotBeCarried(dict.fromkeys(reasons))
    return Carrying(old, plan, series)


def _carried(old: Plan, new: Plan, alike: frozenset[str], since_ms: int | None) -> Carried:
    known = old.carried.generations or (Generation(tuple(sorted({one.name for one in old.series.values()}))),)
    kept = [msgspec.structs.replace(one, series=tuple(name for name in one.series if name in alike)) for one in known]
    begun = tuple(sorted({one.name for one in new.series.values()} - alike))
    generations = (*kept, Generation(begun, since_ms)) if begun else tuple(kept)
    return Carried(before=old.version, generations=generations)


def _alike(old: Plan, new: Plan) -> frozenset[str]:
    """The series of both that count the same."""
    before, after = _meanings(old), _meanings(new)
    of_old = {series.name for (measure, _), series in old.series.items() if before[measure] == after.get(measure)}
    return frozenset(series.name for series in new.series.values() if series.name in of_old)


def _without_records(old: Plan, new: Plan, alike: frozenset[str]) -> frozenset[str]:
    """Series that count alike, but remember otherwise: with points of another grain, as they had other company."""
    lost = set[str]()
    for _, before, after in _partners(old, new):
        known = dict(records_of(before))
        for name, places in records_of(after):
            for place in places:
                mine = series_of_place(place)
                if mine <= alike and _stood(place, known.get(name, ())) is None:
                    lost |= mine
    return frozenset(lost)


def _partners(old: Plan, new: Plan) -> Iterator[tuple[tuple[str | None, str], SourcePlan | None, SourcePlan]]:
    for topic, source in new.sources.items():
        yield (topic, topic), old.sources.get(topic), source
    for topic, source in new.sources.items():
        known = {stage.key: stage for stage in old.sources[topic].stages} if topic in old.sources else {}
        for stage in source.stages:
            before = known.get(stage.key)
            yield (before and before.topic, stage.topic), before and before.plan, stage.plan


def _of_all(old: Plan, new: Plan) -> Iterator[str]:
    one, other = old.definition, new.definition
    if one.time_zone != other.time_zone:
        yield f"the time zone is {other.time_zone}, not {one.time_zone}: every day begins at another moment"
    if one.week_starts != other.week_starts:
        yield f"weeks start on {other.week_starts}, not on {one.week_starts}"
    before, after = ({source.name: source for source in map(_plain, of.sources)} for of in (one, other))
    for name in sorted(before.keys() | after.keys()):
        if name not in after or name not in before:
            yield f"events {name} are {'new' if name in after else 'gone'}"
        elif before[name] != after[name]:
            yield f"events {name} are read or judged otherwise"
    for dimension in sorted({d.name for of in (one, other) for d in of.dimensions.values() if d.settled}):
        yield f"dimension {dimension} is remembered of entities"


def _unknowable(new: Plan, alike: frozenset[str]) -> Iterator[str]:
    """What asks for all that ever was cannot begin in the middle, nor could what an earlier carrying has begun."""
    for (name, window), series in sorted(new.series.items(), key=repr):
        if new.carried.since_ms(series.name) is None:
            continue
        if series.name in alike and not isinstance(window, model.Lifetime):
            continue
        measure = new.definition.measures[name]
        if isinstance(window, model.Lifetime):
            yield f"{name} over a lifetime asks for every event there ever was"
        elif (
            isinstance(measure, model.First)
            or (isinstance(measure, model.Repeat) and measure.within_ms is None)
            or (isinstance(measure, model.Lifecycle) and measure.part in ASKS_ALL)
        ):
            yield f"{name} asks who was there before, which nobody has remembered"


def _plain(source: model.Source) -> model.Source:
    return msgspec.structs.replace(source, supplied_by="")


def _meanings(plan: Plan) -> dict[str, tuple[object, ...]]:
    """What decides the counts of each measure that some metric shows."""
    shown = {name for name, _ in plan.series}
    definition = canonical(plan.definition, shown)
    return {name: _meaning(definition, definition.measures[name]) for name in shown}


def _meaning(definition: Definition, measure: Measure) -> tuple[object, ...]:
    dimensions = [definition.dimensions[name] for name in measure.by_dimension]
    told_apart = [
        (one.name, one.property, sorted(one.values) if isinstance(measure, Remembering) else ()) for one in dimensions
    ]
    plain = msgspec.structs.replace(measure, description="", unit="")
    return type(measure).__name__, repr(plain), tuple(map(repr, told_apart))


def records_of(plan: SourcePlan | None) -> Iterator[tuple[str, Sequence[Placed]]]:
    """Each space, with what its records hold."""
    if plan is not None:
        yield from ((space.name, space.places) for space in plan.spaces)
        yield from ((split.name, split.places) for split in plan.splits)
        yield from ((converting_space(split), split.converting) for split in plan.splits)


def _stood(place: Placed, before: Sequence[Placed]) -> int | None:
    """Where all that this place serves was served, by points of the same grain."""
    mine = series_of_place(place)
    for n, one in enumerate(before):
        if mine <= series_of_place(one) and _grain(one) == _grain(place):
            return n
    return None


def _grain(place: Placed) -> str:
    return place.chain.grain.label if isinstance(place, PlacedChain) else type(place).__name__
