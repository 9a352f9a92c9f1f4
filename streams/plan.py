"""A definition, compiled once: what each source's events are folded into.

    measures, each in its windows ──▶ series (a measure cut at one grain) ──▶ additives (no record)
                                                                        └──▶ judges ─▶ chains ─▶ spaces (records)
                                                                                     └─ by dimension ─▶ splits

Measures of an entity without what the source is keyed by are *re-keyed*: a *stage*, one for each first property, has a
plan of its own and an internal topic that is keyed by that property.

A *space* is one kind of entity (``user_id``, or ``user_id`` with ``items.sku``); all chains of a space share one
record an entity.  A *chain* is the judges over one choice of events at one grain; a net retention and a conversion have
a place of their own in the record, as flat as a chain's.  A *split* has the chains of measures by dimension again, and
a record for each entity and segment.  The version names everything that decides what is counted:
two definitions of one version fold alike, and anything else has keys of its own.
"""

from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from typing import NamedTuple

import msgspec

from schemas.definition import model
from schemas.definition.model import Condition, Definition, Measure, Source, Window
from schemas.definition.operands import operands
from schemas.events.needs import EventNeeds, Needs
from schemas.names import internal_topic
from streams.canonical import canonical
from streams.measures.chain import Chain, Judge
from streams.measures.conversion import Conversion
from streams.measures.distinct import DistinctCalendar, DistinctRolling
from streams.measures.first import First
from streams.measures.lifecycle import Lifecycle
from streams.measures.net_retention import NetRetention
from streams.measures.repeat import Repeat
from streams.time.calendar import Calendar
from streams.time.grains import Buckets, Days, Grain, Instants

FOLD = 1
"""Moves when the same definition is folded in another way, so that old and new state never meet."""
REKEYING = 1
"""Moves when messages of internal topics, or who gets them, change."""
INTERNAL_PARTITIONS = 4
"""Of every internal topic; fixed in a version."""


Judged = model.Distinct | model.First | model.Repeat | model.Lifecycle
"""The kinds that remember an entity's points."""


class Series(NamedTuple):
    """A measure cut at one grain; ``running`` where a reading sums all cells up to a piece, not a span of them."""

    name: str
    grain: Grain
    running: bool


class Choice(NamedTuple):
    """Which events: of one type, or any, that meet every condition.

    ``text`` tells choices apart whose values Python takes for equal, such as 1 and true.
    """

    of: str
    where: tuple[Condition, ...]
    text: str

    @classmethod
    def by(cls, measure: Measure) -> "Choice":
        """The events of a measure."""
        return cls(measure.of, measure.where, repr(measure.where))


class Additive(NamedTuple):
    """A count, or the sum of ``amount``, at each of these grains; ``dimensions`` are (name, property).

    ``binned``: how many amounts lie in each bin, in place of their sum.
    """

    measure: str
    choice: Choice
    amount: str | None
    series: tuple[Series, ...]
    dimensions: tuple[tuple[str, str], ...]
    binned: bool


class PlacedChain(NamedTuple):
    """The chain at one place of its space's records, and the measures it serves."""

    choice: Choice
    chain: Chain
    measures: tuple[str, ...]


class PlacedRetention(NamedTuple):
    """A net retention of ``amount`` by one unit of the calendar, at one place of its space's records."""

    choice: Choice
    amount: str
    days: Days
    retention: NetRetention
    measures: tuple[str, ...]


class PlacedConversion(NamedTuple):
    """A conversion of the events chosen to others, at one place of its space's records."""

    choice: Choice
    to: Choice
    conversion: Conversion
    measures: tuple[str, ...]


Placed = PlacedChain | PlacedRetention | PlacedConversion


def choices_of(placed: Placed) -> tuple[Choice, ...]:
    """Every choice of events that it is made of."""
    return (placed.choice, placed.to) if isinstance(placed, PlacedConversion) else (placed.choice,)


class Space(NamedTuple):
    """One kind of entity and what its records hold, in order: chains, then what has a record of its own."""

    name: str
    entity: tuple[str, ...]
    places: tuple[Placed, ...]


class Split(NamedTuple):
    """The chains of one kind of entity that are split by a dimension; what is none of ``values`` is one segment.

    ``name`` is the space of its records, one for each entity and segment.
    """

    name: str
    dimension: str
    property: str
    values: tuple[str, ...]
    entity: tuple[str, ...]
    chains: tuple[PlacedChain, ...]


class SourcePlan(NamedTuple):
    """What happens to the events of one source; ``types`` are those that some measure counts, None where all are."""

    source: Source
    needs: Needs
    additives: tuple[Additive, ...]
    spaces: tuple[Space, ...]
    types: frozenset[str] | None
    stages: "tuple[Stage, ...]" = ()
    splits: tuple[Split, ...] = ()


class Stage(NamedTuple):
    """The re-keyed measures of one source whose entities begin with one property, ``key``.

    ``plan`` is what the events are folded into that come through the internal ``topic``.
    """

    topic: str
    key: str
    plan: SourcePlan


class Plan(NamedTuple):
    """The whole fold, and which series answers for a measure over a window."""

    version: str
    definition: Definition
    calendar: Calendar
    sources: dict[str, SourcePlan]
    series: dict[tuple[str, Window], Series]

    @property
    def stages(self) -> dict[str, Stage]:
        """Of all sources, by internal topic."""
        return {stage.topic: stage for source in self.sources.values() for stage in source.stages}

    def topics_of(self, measure: str) -> tuple[str, ...]:
        """The topics that a measure's events come through: its source's, and the internal one where it is re-keyed."""
        one = self.definition.measures[measure]
        source = self.definition.source(one.source)
        key = rekeyed_by(one, source)
        return (source.topic,) if key is None else (source.topic, internal_topic(self.version, source.name, key))


def compile_plan(definition: Definition) -> Plan:
    """The plan of a definition that was found good."""
    calendar = Calendar(definition.time_zone, definition.week_starts)
    windows = _windows_of_measures(definition)
    counted = canonical(definition, [name for name, shown in windows.items() if shown])
    series = {
        (name, window): _series(measure, window, calendar)
        for name, measure in counted.measures.items()
        for window in windows[name]
    }
    version = _version(counted, windows)
    sources = {
        source.topic: _rekeyed(version, counted, _source_plan(counted, source, series, calendar), series)
        for source in definition.sources
    }
    return Plan(version, definition, calendar, sources, series)


def rekeyed_by(measure: Measure, source: Source) -> str | None:
    """The property that a measure's events must be keyed by anew; None where they need not be.

    A pair with the topic's key in it lies in one partition already, whichever comes first.
    """
    if isinstance(measure, model.Count | model.Sum | model.Distribution) or source.keyed_by in measure.entity:
        return None
    return measure.entity[0]


def measures_of(definition: Definition, metric: str) -> Iterator[str]:
    """The measures that a metric rests on, through metrics on metrics, each once, in the order they are named."""
    return _measures_of(definition, definition.metrics[metric].value, set())


def _measures_of(definition: Definition, value: model.Value, met: set[str]) -> Iterator[str]:
    for operand in operands(value):
        if operand in met:
            continue
        met.add(operand)
        if operand in definition.measures:
            yield operand
        else:
            yield from _measures_of(definition, definition.metrics[operand].value, met)


def _windows_of_measures(definition: Definition) -> dict[str, tuple[Window, ...]]:
    """Every window in which each measure is read, in a fixed order."""
    found: dict[str, set[Window]] = {name: set() for name in definition.measures}
    for name, metric in definition.metrics.items():
        for measure in measures_of(definition, name):
            found[measure].update(metric.windows)
    return {name: tuple(sorted(windows, key=repr)) for name, windows in found.items()}


def _grain(window: Window, calendar: Calendar) -> Grain:
    return Buckets(window.grain_ms) if isinstance(window, model.RollingSpan) else Days(calendar)


def _series(measure: Measure, window: Window, calendar: Calendar) -> Series:
    grain = _grain(window, calendar)
    if not isinstance(measure, model.Distinct | model.Lifecycle | model.NetRetention):
        return Series(f"{measure.name}.{grain.label}", grain, running=False)
    rolling = isinstance(window, model.RollingDays | model.RollingSpan)
    suffix = f"@{grain.label}" if isinstance(window, model.RollingSpan) else ""
    return Series(f"{measure.name}.{window.label}{suffix}", grain, running=rolling)


def _source_plan(
    definition: Definition, source: Source, series: dict[tuple[str, Window], Series], calendar: Calendar
) -> SourcePlan:
    """Of the measures that some metric shows; the others ask nothing of the events."""
    of_measure: dict[str, dict[Window, Series]] = {}
    for (name, window), one in series.items():
        of_measure.setdefault(name, {})[window] = one
    measures = [definition.measures[name] for name in sorted(of_measure)]
    mine = [measure for measure in measures if measure.source == source.name]
    additives = tuple(
        _additive(measure, of_measure[measure.name], definition)
        for measure in mine
        if isinstance(measure, model.Count | model.Sum | model.Distribution)
    )
    entities = [measure for measure in mine if not isinstance(measure, model.Count | model.Sum | model.Distribution)]
    spaces = tuple(
        _space(entity, [measure for measure in entities if measure.entity == entity], of_measure, calendar)
        for entity in sorted({measure.entity for measure in entities})
    )
    types = frozenset(of for measure in mine for of in types_of(measure))
    splits = tuple(_splits(definition, [one for one in entities if isinstance(one, Judged)], of_measure, calendar))
    needs = _needs(definition, source, mine)
    return SourcePlan(source, needs, additives, spaces, None if model.ANY in types else types, splits=splits)


def _rekeyed(
    version: str, definition: Definition, whole: SourcePlan, series: dict[tuple[str, Window], Series]
) -> SourcePlan:
    """The plan of all measures of a source, without those that are re-keyed, and with their stages."""
    source, calendar = whole.source, Calendar(definition.time_zone, definition.week_starts)
    keys = {name: rekeyed_by(definition.measures[name], source) for name, _ in series}
    split: dict[str | None, dict[tuple[str, Window], Series]] = {None: {}}
    for (name, window), one in series.items():
        if definition.measures[name].source == source.name:
            split.setdefault(keys[name], {})[name, window] = one
    plans = {key: _source_plan(definition, source, some, calendar) for key, some in split.items()}
    stages = tuple(
        Stage(internal_topic(version, source.name, key), key, plans[key]._replace(types=None))
        for key in sorted(filter(None, plans))
    )
    return plans[None]._replace(needs=whole.needs, types=whole.types, stages=stages) if stages else whole


def _additive(
    measure: model.Count | model.Sum | model.Distribution, series: dict[Window, Series], definition: Definition
) -> Additive:
    distinct = {one.name: one for one in series.values()}
    return Additive(
        measure.name,
        Choice.by(measure),
        None if isinstance(measure, model.Count) else measure.property,
        tuple(distinct[name] for name in sorted(distinct)),
        tuple((name, definition.dimensions[name].property) for name in measure.by_dimension),
        isinstance(measure, model.Distribution),
    )


def _space(
    entity: tuple[str, ...],
    measures: list[Judged | model.NetRetention | model.Conversion],
    of_measure: dict[str, dict[Window, Series]],
    calendar: Calendar,
) -> Space:
    judged = [one for one in measures if isinstance(one, Judged)]
    retained = [one for one in measures if isinstance(one, model.NetRetention)]
    places: list[Placed] = [*_chains(judged, of_measure, calendar), *_retentions(retained, of_measure, calendar)]
    places += (_converted(one, of_measure[one.name]) for one in measures if isinstance(one, model.Conversion))
    return Space("+".join(entity), entity, tuple(places))


def _splits(
    definition: Definition,
    measures: list[Judged],
    of_measure: dict[str, dict[Window, Series]],
    calendar: Calendar,
) -> Iterator[Split]:
    """For each kind of entity and each dimension that some of its measures are split by."""
    pairs = {(measure.entity, name) for measure in measures for name in measure.by_dimension}
    for entity, name in sorted(pairs):
        mine = [one for one in measures if one.entity == entity and name in one.by_dimension]
        dimension, chains = definition.dimensions[name], _chains(mine, of_measure, calendar)
        values = tuple(sorted(dimension.values))
        yield Split(f"{'+'.join(entity)}|{name}", name, dimension.property, values, entity, chains)


def _converted(measure: model.Conversion, series: dict[Window, Series]) -> PlacedConversion:
    conversion = Conversion({one.name: one.grain for one in series.values()}, measure.within_ms)
    return PlacedConversion(Choice.by(measure), Choice(measure.to, (), repr(())), conversion, (measure.name,))


def _retentions(
    measures: list[model.NetRetention], of_measure: dict[str, dict[Window, Series]], calendar: Calendar
) -> Iterator[PlacedRetention]:
    """The parts of one share a place for each unit that one of them is read by."""
    places: dict[tuple[str, model.Unit], dict[model.NetPart, model.NetRetention]] = {}
    for measure in measures:
        for window in of_measure[measure.name]:
            if isinstance(window, model.Calendar):
                places.setdefault((measure.name.partition(".")[0], window.unit), {})[measure.part] = measure
    for (_, unit), parts in sorted(places.items()):
        series = {part: of_measure[one.name][model.Calendar(unit)].name for part, one in sorted(parts.items())}
        retention = NetRetention(series, calendar.period_of(unit), partial(calendar.first_day, unit))
        one = next(iter(parts.values()))
        names = tuple(sorted(part.name for part in parts.values()))
        yield PlacedRetention(Choice.by(one), one.property, Days(calendar), retention, names)


def _chains(
    measures: list[Judged], of_measure: dict[str, dict[Window, Series]], calendar: Calendar
) -> tuple[PlacedChain, ...]:
    """Judges of one choice and grain share a chain; ``first`` joins the instants of a ``repeat`` where there is one."""
    repeats = {Choice.by(m) for m in measures if isinstance(m, model.Repeat)}
    chains: dict[tuple[Choice, str], tuple[Grain, dict[str, Judge], set[str]]] = {}
    for measure in measures:
        choice = Choice.by(measure)
        for window, series in of_measure[measure.name].items():
            exact = isinstance(measure, model.Repeat) or (isinstance(measure, model.First) and choice in repeats)
            points: Grain = Instants() if exact else series.grain
            _, judges, names = chains.setdefault((choice, points.label), (points, {}, set()))
            judges[series.name] = _judge(measure, window, series, points, calendar)
            names.add(measure.name)
    return tuple(
        PlacedChain(choice, Chain(tuple(judges[name] for name in sorted(judges)), grain), tuple(sorted(names)))
        for (choice, _), (grain, judges, names) in sorted(chains.items(), key=repr_of_key)
    )


def repr_of_key(item: tuple[tuple[Choice, str], object]) -> str:
    """The order of chains in a record: fixed by what they are, not by the order of the file."""
    return repr(item[0])


def _judge(
    measure: Judged,
    window: Window,
    series: Series,
    points: Grain,
    calendar: Calendar,
) -> Judge:
    grain: Grain = series.grain if isinstance(points, Instants) else Instants()  # points are cut already
    match measure, window:
        case model.Repeat(), _:
            return Repeat(series.name, measure.within_ms, grain)
        case (model.First(), _) | (model.Distinct(at_least=1), model.Lifetime()):
            return First(series.name, grain)
        case model.Distinct(at_least=n), _:
            return _distinct(series.name, window, calendar, n)
        case model.Lifecycle(part=model.Part.ACTIVE), model.Calendar(unit):
            return DistinctCalendar(series.name, calendar.period_of(unit))
        case model.Lifecycle(part=part), model.Calendar(unit):
            return Lifecycle(series.name, part, calendar.period_of(unit), partial(calendar.first_day, unit))
    raise TypeError(measure, window)


def _distinct(series: str, window: Window, calendar: Calendar, at_least: int) -> Judge:
    match window:
        case model.Lifetime():  # one period for ever
            return DistinctCalendar(series, lambda _: 0, at_least)
        case model.Calendar(unit):
            return DistinctCalendar(series, None if unit is model.Unit.DAY else calendar.period_of(unit), at_least)
        case model.RollingDays(days):
            return DistinctRolling(series, days, at_least)
        case model.RollingSpan(span_ms, grain_ms):
            return DistinctRolling(series, span_ms // grain_ms, at_least)


def _needs(definition: Definition, source: Source, measures: list[Measure]) -> Needs:
    entities: dict[str, set[str]] = {}
    amounts: dict[str, dict[str, int]] = {}
    scalars: dict[str, set[str]] = {}
    for measure in measures:
        of = measure.of
        scalars.setdefault(of, set()).update(condition.property for condition in measure.where)
        scalars[of].update(definition.dimensions[name].property for name in measure.by_dimension)
        for one in types_of(measure):
            scalars.setdefault(one, set())
            entities.setdefault(one, set()).update(_entity(measure))
        if isinstance(measure, model.Amount):
            amounts.setdefault(of, {})[measure.property] = measure.decimals
    by_type = {
        of: EventNeeds(entities=frozenset(entities[of]), amounts=amounts.get(of, {}), scalars=frozenset(scalars[of]))
        for of in scalars
    }
    every = by_type.pop(model.ANY, EventNeeds())
    return Needs(format=source.format, every=every, by_type=by_type)


def types_of(measure: Measure) -> tuple[str, ...]:
    """The types of the events that it is made of."""
    return (measure.of, measure.to) if isinstance(measure, model.Conversion) else (measure.of,)


def _entity(measure: Measure) -> tuple[str, ...]:
    return () if isinstance(measure, model.Count | model.Sum | model.Distribution) else measure.entity


def _version(definition: Definition, windows: dict[str, tuple[Window, ...]]) -> str:
    """Of all that decides what is counted, and nothing else: no target, no description, no order of the file.

    ``definition`` is canonical.
    """
    shown = [definition.measures[name] for name in sorted(definition.measures) if windows[name]]
    measures = [(_decisive(measure), windows[measure.name]) for measure in shown]
    properties = {name: one.property for name, one in sorted(definition.dimensions.items())}
    sources = [msgspec.structs.replace(source, supplied_by="") for source in definition.sources]
    sources.sort(key=lambda source: source.name)
    of_company = definition.time_zone, definition.week_starts
    decides: tuple[object, ...] = (FOLD, *of_company, sources, measures, properties)
    if any(rekeyed_by(one, definition.source(one.source)) for one in shown):
        decides += (REKEYING, INTERNAL_PARTITIONS)
    if split := {name for one in shown if isinstance(one, Judged) for name in one.by_dimension}:
        decides += ({name: sorted(definition.dimensions[name].values) for name in split},)
    return sha256(msgspec.json.encode(decides, order="sorted")).hexdigest()[:10]


def _decisive(measure: Measure) -> dict[str, object]:
    """What decides its counts; a threshold of one is left out, as it was before there was any."""
    fields: dict[str, object] = msgspec.to_builtins(msgspec.structs.replace(measure, description="", unit=""))
    if fields.get("at_least") == 1:
        del fields["at_least"]
    return fields
