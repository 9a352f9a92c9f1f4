"""What changes from one definition to another, and what of it must be folded anew.

    targets, limits, descriptions, metrics over the same windows      the same fold
    anything else                                                     the whole version, from the topic's beginning

A version is folded whole; which measures count otherwise is told so that nobody has to guess.
"""

from collections.abc import Iterator

import msgspec

from schemas.definition.model import Definition, Dimension, Measure, Source, Window
from schemas.definition.sources import ONLY
from services.definition.as_written import length, written
from services.definition.steering_differences import of_steering
from services.definition.telling import fields, told
from streams.canonical import canonical
from streams.carrying import CannotBeCarried, carrying
from streams.plan import Plan, Remembering


class Carriable(msgspec.Struct, frozen=True, kw_only=True):
    """What ``nsm definition carry`` spares: so many ``series`` ``of`` all go on, unless it is ``refused``.

    ``needs_all`` are reasons why the others need topics that still have their beginning.
    """

    series: int = 0
    of: int = 0
    needs_all: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences; ``counted`` of what decides the counts, ``shown`` of the rest.

    ``anew``: the other is another version.  ``measures`` holds those that do not count as before, ``new`` and ``gone``
    those of them that only one of both counts.  ``retired``: the other has been, and does not come back.
    """

    one: str
    other: str
    anew: bool
    measures: tuple[str, ...]
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    counted: tuple[str, ...]
    shown: tuple[str, ...]
    carriable: Carriable | None = None
    retired: bool = False


def differences(one: Plan, other: Plan) -> Difference:
    """Of what one counts and shows, and the other instead."""
    anew = one.version != other.version
    everything = tuple(_of_all(one.definition, other.definition))
    measures = {name: words for name, words in _of_measures(one, other) if words}
    windows = dict(_of_windows(one, other))
    counted = tuple(everything) + tuple(measures.values()) + tuple(windows.values())
    if anew and not counted:
        counted = ("this release counts it otherwise, or names it otherwise, than the one that began to",)
    names = (
        tuple(sorted(one.definition.measures.keys() | other.definition.measures.keys()))
        if everything
        else tuple(sorted(measures.keys() | windows.keys()))
    )
    return Difference(
        one=one.version,
        other=other.version,
        anew=anew,
        measures=names if anew else (),
        new=_only(other, one) if anew else (),
        gone=_only(one, other) if anew else (),
        counted=counted if anew else (),
        shown=(() if anew else counted) + tuple(_of_what_is_shown(one.definition, other.definition)),
        carriable=_carriable(one, other) if anew else None,
    )


def _carriable(one: Plan, other: Plan) -> Carriable:
    try:
        found = carrying(one, other.definition, None)
    except CannotBeCarried as impossible:
        return Carriable(refused=impossible.reasons)
    every = {series.name for series in other.series.values()}
    return Carriable(series=len(found.series), of=len(every), needs_all=_needing_all(one, other))


def _needing_all(one: Plan, other: Plan) -> tuple[str, ...]:
    try:
        carrying(one, other.definition, 0)
    except CannotBeCarried as impossible:
        return impossible.reasons
    return ()


def _only(one: Plan, other: Plan) -> tuple[str, ...]:
    """Measures that the first counts and the other does not, by name."""
    return tuple(sorted(_counted(one).keys() - _counted(other).keys()))


def _of_all(one: Definition, other: Definition) -> Iterator[str]:
    """What changes every measure."""
    for field, words in (("time_zone", "the time zone"), ("week_starts", "the week's first day")):
        yield from told(words, getattr(one, field), getattr(other, field))
    sources, others = ({_plain(source).name: _plain(source) for source in of.sources} for of in (one, other))
    for name in sorted(sources.keys() | others.keys()):
        match sources.get(name), others.get(name):
            case None, _:
                yield f"{_events(name)} are new"
            case _, None:
                yield f"{_events(name)} are gone"
            case known, new:
                yield from fields(_events(name), known, new)


def _of_measures(one: Plan, other: Plan) -> Iterator[tuple[str, str]]:
    """Those that some metric shows, by what they count."""
    counted, others = _counted(one), _counted(other)
    for name in sorted(counted.keys() | others.keys()):
        match counted.get(name), others.get(name):
            case None, _:
                yield name, f"measure {name} is new"
            case _, None:
                yield name, f"measure {name} is gone"
            case known, new if known != new:
                yield name, "; ".join(fields(f"measure {name}", known, new)) or f"measure {name} splits otherwise"
            case _:
                pass


def _of_windows(one: Plan, other: Plan) -> Iterator[tuple[str, str]]:
    windows, others = _windows(one), _windows(other)
    for name in sorted(windows.keys() & others.keys()):
        if windows[name] == others[name]:
            continue
        old, new = ([written(window) for window in of[name]] for of in (windows, others))
        added = ", ".join(window for window in new if window not in old)
        gone = ", ".join(window for window in old if window not in new)
        also = [f"also read over {added}"] if added else []
        no_more = [f"no longer read over {gone}"] if gone else []
        yield name, f"measure {name} is {', and '.join([*also, *no_more]) or 'kept in other pieces of time'}"


def _of_what_is_shown(one: Definition, other: Definition) -> Iterator[str]:
    yield from told("company", one.company, other.company)
    yield from _of_the_suppliers(one, other)
    for section in ("metrics", "dimensions"):
        known, new = getattr(one, section), getattr(other, section)
        for name in sorted(known.keys() | new.keys()):
            what = f"{section.removesuffix('s')} {name}"
            if name not in known:
                yield f"{what} is new"
            elif name not in new:
                yield f"{what} is gone"
            else:
                yield from fields(what, known[name], new[name])
    for name in sorted(one.measures.keys() & other.measures.keys()):
        for field in ("description", "unit"):
            old, now = getattr(one.measures[name], field), getattr(other.measures[name], field)
            yield from told(f"measure {name}: {field}", old, now)
    yield from of_steering(one, other)
    yield from told("phase", one.phase, other.phase)
    if one.silences != other.silences:
        yield "silences are others"


def _of_the_suppliers(one: Definition, other: Definition) -> Iterator[str]:
    suppliers = {source.name: source.supplied_by for source in one.sources}
    for source in other.sources:
        if source.name in suppliers:
            yield from told(f"{_events(source.name)}: supplied_by", suppliers[source.name], source.supplied_by)


def _counted(plan: Plan) -> dict[str, tuple[Measure, dict[str, list[str]]]]:
    shown = {name for name, _ in plan.series}
    definition = canonical(plan.definition, shown)
    dimensions = definition.dimensions
    return {
        name: (
            msgspec.structs.replace(measure, description="", unit=""),
            {dimension: _told_apart(measure, dimensions[dimension]) for dimension in measure.by_dimension},
        )
        for name, measure in definition.measures.items()
        if name in shown
    }


def _told_apart(measure: Measure, dimension: Dimension) -> list[str]:
    """By property; entities, and what is remembered of them, also by the values that are declared."""
    told = [dimension.property]
    if dimension.settled:
        told.append(f"settled by {dimension.settled} within {length(dimension.within_ms) or 0}")
    return told + (sorted(dimension.values) if dimension.settled or isinstance(measure, Remembering) else [])


def _windows(plan: Plan) -> dict[str, dict[Window, str]]:
    """Measure -> its windows, and the grain of the pieces that each is kept in."""
    found: dict[str, dict[Window, str]] = {}
    for (name, window), series in plan.series.items():
        found.setdefault(name, {})[window] = series.grain.label
    return found


def _events(source: str) -> str:
    """A source that has no name of its own is called events."""
    return "events" if source == ONLY else f"events {source}"


def _plain(source: Source) -> Source:
    return msgspec.structs.replace(source, supplied_by="")
