"""A definition becomes a plan."""

from typing import NamedTuple

from schemas.definition import model
from schemas.definition.model import Definition, Source, Window
from schemas.names import internal_topic
from streams.canonical import canonical
from streams.plan.keys import rekeyed_by
from streams.plan.needs import needs_of, types_of
from streams.plan.parts import Additive, Choice, Judged, Series, SourcePlan, Stage
from streams.plan.places import space_of, splits_of
from streams.plan.series import series_of, windows_of_measures
from streams.plan.version import version_of
from streams.time.calendar import Calendar


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
    windows = windows_of_measures(definition)
    counted = canonical(definition, [name for name, shown in windows.items() if shown])
    series = {
        (name, window): series_of(measure, window, calendar)
        for name, measure in counted.measures.items()
        for window in windows[name]
    }
    version = version_of(counted, windows)
    sources = {
        source.topic: _rekeyed(version, counted, _source_plan(counted, source, series, calendar), series)
        for source in definition.sources
    }
    return Plan(version, definition, calendar, sources, series)


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
        space_of(entity, [measure for measure in entities if measure.entity == entity], of_measure, calendar)
        for entity in sorted({measure.entity for measure in entities})
    )
    types = frozenset(of for measure in mine for of in types_of(measure))
    splits = tuple(splits_of(definition, [one for one in entities if isinstance(one, Judged)], of_measure, calendar))
    needs = needs_of(definition, source, mine)
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
