"""What is remembered of entities: chains, net retentions and conversions, each at its place in a record."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from schemas.definition import model
from schemas.definition.model import Definition, Window
from streams.measures.chain import Chain, Judge
from streams.measures.conversion import Conversion
from streams.measures.distinct import DistinctCalendar, DistinctRolling
from streams.measures.first import First
from streams.measures.lifecycle import Lifecycle
from streams.measures.net_retention import NetRetention
from streams.measures.repeat import Repeat
from streams.plan.parts import (
    Choice,
    Judged,
    Placed,
    PlacedChain,
    PlacedConversion,
    PlacedRetention,
    Remembering,
    Series,
    Space,
    Split,
)
from streams.time.calendar import Calendar
from streams.time.grains import Days, Grain, Instants

_OURS: Final = re.compile(r"[+|\\]")


def spaces_of(
    measures: list[Remembering], of_measure: dict[str, dict[Window, Series]], calendar: Calendar
) -> Iterator[Space]:
    """The records of each kind of entity, by all that these measures remember of it."""
    for entity in sorted({measure.entity for measure in measures}):
        yield _space(entity, [measure for measure in measures if measure.entity == entity], of_measure, calendar)


def space_of(entity: tuple[str, ...]) -> str:
    """``user_id+items.sku``; a sign of ours in the name of a property is marked, so that no two entities share one."""
    return "+".join(_OURS.sub(r"\\\g<0>", name) for name in entity)


def _space(
    entity: tuple[str, ...],
    measures: list[Remembering],
    of_measure: dict[str, dict[Window, Series]],
    calendar: Calendar,
) -> Space:
    places: list[Placed] = []
    for some in _generations(measures, of_measure):
        mine = [one for one in measures if one.name in some]
        judged = [one for one in mine if isinstance(one, Judged)]
        retained = [one for one in mine if isinstance(one, model.NetRetention)]
        places += (*_chains(judged, some, calendar), *_retentions(retained, some, calendar))
        places += (_converted(one, some[one.name]) for one in mine if isinstance(one, model.Conversion))
    return Space(space_of(entity), entity, tuple(places))


def _generations(
    measures: Sequence[Remembering], of_measure: dict[str, dict[Window, Series]]
) -> Iterator[dict[str, dict[Window, Series]]]:
    """The series that began to be counted together, the oldest first: nothing is shared between two of them."""
    for number in sorted({series.generation for one in measures for series in of_measure[one.name].values()}):
        some = {
            one.name: {w: series for w, series in of_measure[one.name].items() if series.generation == number}
            for one in measures
        }
        yield {name: series for name, series in some.items() if series}


def splits_of(
    definition: Definition,
    measures: list[Remembering],
    of_measure: dict[str, dict[Window, Series]],
    calendar: Calendar,
) -> Iterator[Split]:
    """For each kind of entity and each dimension, carried by each event, that some of its measures are split by."""
    carried = {name for name, one in definition.dimensions.items() if not one.settled}
    pairs = {(measure.entity, name) for measure in measures for name in measure.by_dimension if name in carried}
    for entity, name in sorted(pairs):
        mine = [one for one in measures if one.entity == entity and name in one.by_dimension]
        dimension, space = definition.dimensions[name], f"{space_of(entity)}|{name}"
        values = tuple(sorted(dimension.values))
        places: list[PlacedChain | PlacedRetention] = []
        converting: list[PlacedConversion] = []
        for some in _generations(mine, of_measure):
            now = [one for one in mine if one.name in some]
            places += _chains([one for one in now if isinstance(one, Judged)], some, calendar)
            places += _retentions([one for one in now if isinstance(one, model.NetRetention)], some, calendar)
            conversions = (one for one in now if isinstance(one, model.Conversion))
            converting += (_converted(one, some[one.name], len(values) + 2) for one in conversions)  # other and none
        yield Split(space, name, dimension.property, values, entity, tuple(places), tuple(converting))


def _converted(measure: model.Conversion, series: dict[Window, Series], segments: int = 1) -> PlacedConversion:
    conversion = Conversion({one.name: one.grain for one in series.values()}, measure.within_ms, segments)
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
        for (choice, _), (grain, judges, names) in sorted(chains.items(), key=_repr_of_key)
    )


def _repr_of_key(item: tuple[tuple[Choice, str], object]) -> str:
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
