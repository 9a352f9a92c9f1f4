"""How many events of a batch restate what each measure came to in a period, or a bucket, that was over."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from schemas.definition import model
from schemas.definition.model import Unit, Window
from streams.events.columns import Column
from streams.plan import Plan, SourcePlan
from streams.restating.behind import Behind
from streams.selection import Selections
from streams.state.port import NEVER
from streams.time.calendar import Calendar
from streams.time.grains import Buckets, Days
from streams.usable import used


class Told(NamedTuple):
    """Of one measure and what its windows are over by: how many events, and the place in the batch of the last."""

    measure: str
    over: str
    events: int
    last: int


class Counting:
    """Of one source, re-keyed measures included: what is sent on is counted where each event is seen once."""

    def __init__(self, plan: Plan, source: SourcePlan) -> None:
        self._source, self._calendar = source, plan.calendar
        self._overs = overs_of_measures(plan)

    def count(self, selections: Selections, late: Behind) -> Iterator[Told]:
        """Of the events that are behind.  Each counts once for a measure, however many entities it names."""
        for measure, places in self._used(selections):
            for name in self._overs.get(measure, ()):
                over = places[_over(self._calendar, name, late, places)]
                if len(over):
                    yield Told(measure, name, len(over), int(late.places[over.max()]))

    def _used(self, selections: Selections) -> Iterator[tuple[str, Column]]:
        """Each measure, and the places of its events among those that are behind."""
        for additive in self._source.additives:
            selection = selections.of(additive.choice)
            places = selection.places()
            yield additive.measure, places if additive.amount is None else places[selection.amounts(additive.amount)[0]]
        found: dict[str, list[Column]] = {}
        for plan in (self._source, *(stage.plan for stage in self._source.stages)):
            for space in plan.spaces:
                for placed in space.places:
                    places = used(selections, space, placed)
                    for measure in placed.measures:
                        found.setdefault(measure, []).append(places)
        for measure, several in found.items():
            yield measure, np.unique(np.concatenate(several))


def over_by(window: Window) -> str | None:
    """What of a window is over at some time: its period, of a rolling one the day or the bucket that it ends with.

    None of a lifetime, which never ends.
    """
    match window:
        case model.Calendar(unit):
            return unit.value
        case model.RollingDays():
            return Unit.DAY.value
        case model.RollingSpan(_, grain_ms):
            return Buckets(grain_ms).label
        case model.Lifetime():
            return None


def overs_of_measures(plan: Plan) -> dict[str, tuple[str, ...]]:
    """What each measure's windows are over by, in a fixed order."""
    found: dict[str, set[str]] = {}
    for measure, window in plan.series:
        if (over := over_by(window)) is not None:
            found.setdefault(measure, set()).add(over)
    return {measure: tuple(sorted(overs)) for measure, overs in found.items()}


def _over(calendar: Calendar, name: str, late: Behind, places: Column) -> Column:
    """Where, of these places, the period or the bucket was over."""
    if name in late.own and name != Days.label:
        return np.flatnonzero(late.over(name)[places] != NEVER)
    period, label = calendar.period_of(Unit(name)), Days.label
    pairs = zip(late.own[label][places].tolist(), late.reached[label][places].tolist(), strict=True)
    return np.flatnonzero(np.array([period(day) < period(then) for day, then in pairs], np.bool_))
