"""A definition becomes a plan."""

from typing import NamedTuple

from schemas.definition import model
from schemas.definition.model import Definition, Dimension, Source, Window
from schemas.names import internal_topic
from streams.canonical import canonical
from streams.plan.additives import Added, additive_of, dimensions_of
from streams.plan.keys import keys_of, rekeyed_by, settled_by
from streams.plan.needs import needs_of, types_of
from streams.plan.parts import NOTHING_CARRIED, Carried, Remembering, Series, SourcePlan, Stage
from streams.plan.places import spaces_of, splits_of
from streams.plan.series import series_of, windows_of_measures
from streams.plan.settling import nameless_of, settled_dimensions, settled_of
from streams.plan.version import version_of
from streams.time.calendar import Calendar


class Plan(NamedTuple):
    """The whole fold, and which series answers for a measure over a window."""

    version: str
    definition: Definition
    calendar: Calendar
    sources: dict[str, SourcePlan]
    series: dict[tuple[str, Window], Series]
    carried: Carried = NOTHING_CARRIED

    @property
    def stages(self) -> dict[str, Stage]:
        """Of all sources, by internal topic."""
        return {stage.topic: stage for source in self.sources.values() for stage in source.stages}

    def topics_of(self, measure: str) -> tuple[str, ...]:
        """The topics that a measure's events come through: its source's, and internal ones where it is re-keyed."""
        one = self.definition.measures[measure]
        source = self.definition.source(one.source)
        keys = keys_of(self.definition, one)
        return (source.topic, *(internal_topic(self.version, source.name, key) for key in keys))


def compile_plan(definition: Definition, carried: Carried = NOTHING_CARRIED) -> Plan:
    """The plan of a definition that was found good, and of what its state goes on with instead of beginning anew.

    The version does not depend on that: a version has one state.
    """
    calendar = Calendar(definition.time_zone, definition.week_starts)
    windows = windows_of_measures(definition)
    counted = canonical(definition, [name for name, shown in windows.items() if shown])
    series = {}
    for name, measure in counted.measures.items():
        for window in windows[name]:
            one = series_of(counted, measure, window, calendar)
            series[name, window] = one._replace(generation=carried.generation(one.name))
    version = version_of(counted, windows)
    sources = {
        source.topic: _Compiling(counted, source, series, calendar).plan(version) for source in definition.sources
    }
    return Plan(version, definition, calendar, sources, series, carried)


class _Compiling:
    """Of one source."""

    def __init__(
        self, definition: Definition, source: Source, series: dict[tuple[str, Window], Series], calendar: Calendar
    ) -> None:
        self._definition, self._source, self._calendar = definition, source, calendar
        self._of_measure: dict[str, dict[Window, Series]] = {}
        for (name, window), one in series.items():
            if definition.measures[name].source == source.name:
                self._of_measure.setdefault(name, {})[window] = one
        # of the measures that some metric shows; the others ask nothing of the events
        self._measures = [definition.measures[name] for name in sorted(self._of_measure)]

    def plan(self, version: str) -> SourcePlan:
        """With the stages of what is re-keyed."""
        splitting = {name for measure in self._measures for name in measure.by_dimension}
        settled = [one for one in settled_dimensions(self._definition) if one.name in splitting]
        keys = sorted({key for one in self._measures for key in keys_of(self._definition, one)})
        types = frozenset(of for measure in self._measures for of in types_of(measure))
        stages = tuple(
            Stage(internal_topic(version, self._source.name, key), key, self._keyed(key, settled)) for key in keys
        )
        return self._keyed(None, settled)._replace(
            needs=needs_of(self._definition, self._source, self._measures, settled),
            types=None if model.ANY in types else types,
            stages=stages,
            nameless=tuple(nameless_of(one, self._measures, self._of_measure) for one in settled),
        )

    def _keyed(self, key: str | None, settled: list[Dimension]) -> SourcePlan:
        """What is folded where the events are keyed so; None: as they come."""
        mine = [one for one in self._measures if rekeyed_by(one, self._source) == key]
        added = [one for one in mine if isinstance(one, Added)]
        remembering = [one for one in mine if isinstance(one, Remembering)]
        settling = [one for one in settled if settled_by(one, self._source) == key]
        names = {one.name for one in settling}
        needing = [one for one in self._measures if one in mine or names.intersection(one.by_dimension)]
        return SourcePlan(
            self._source,
            needs_of(self._definition, self._source, needing, settling),
            tuple(additive_of(one, self._of_measure[one.name], dimensions_of(self._definition, one)) for one in added),
            tuple(spaces_of(remembering, self._of_measure, self._calendar)),
            types=None,
            splits=tuple(splits_of(self._definition, remembering, self._of_measure, self._calendar)),
            settled=tuple(settled_of(one, self._measures, self._of_measure, self._calendar) for one in settling),
        )
