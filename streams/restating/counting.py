"""How many events of a batch restate what each measure came to in a period that was over."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from schemas.definition import model
from schemas.definition.model import Unit, Window
from streams.events.admission import Batch
from streams.events.columns import Column, RowReader
from streams.plan import Plan, SourcePlan
from streams.restating.behind import Behind
from streams.selection import Selections
from streams.time.calendar import Calendar
from streams.usable import used


class Told(NamedTuple):
    """Of one measure and unit: how many events, and the place in the batch of the last of them."""

    measure: str
    unit: Unit
    events: int
    last: int


class Counting:
    """Of one source, re-keyed measures included: what is sent on is counted where each event is seen once."""

    def __init__(self, plan: Plan, source: SourcePlan) -> None:
        self._source, self._calendar = source, plan.calendar
        self._units = units_of_measures(plan)

    def count(self, batch: Batch, decoder: RowReader, late: Behind) -> Iterator[Told]:
        """An event counts once for a measure, however many entities it names."""
        selections = Selections(batch.at(late.places), decoder)
        for measure, places in self._used(selections):
            for unit in self._units.get(measure, ()):
                over = places[_over(self._calendar, unit, late.days[places], late.reached[places])]
                if len(over):
                    yield Told(measure, unit, len(over), int(late.places[over.max()]))

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


def unit_of_window(window: Window) -> Unit | None:
    """What of a window is over at some time: its period, or of a rolling one the day that it ends with.

    None where nothing is ever complete for long: hours roll on with every bucket, and a lifetime never ends.
    """
    match window:
        case model.Calendar(unit):
            return unit
        case model.RollingDays():
            return Unit.DAY
        case _:
            return None


def units_of_measures(plan: Plan) -> dict[str, tuple[Unit, ...]]:
    """The units that each measure's windows are over by, in a fixed order."""
    found: dict[str, set[Unit]] = {}
    for measure, window in plan.series:
        if (unit := unit_of_window(window)) is not None:
            found.setdefault(measure, set()).add(unit)
    return {measure: tuple(unit for unit in Unit if unit in units) for measure, units in found.items()}


def _over(calendar: Calendar, unit: Unit, days: Column, reached: Column) -> Column:
    period = calendar.period_of(unit)
    pairs = zip(days.tolist(), reached.tolist(), strict=True)
    return np.flatnonzero(np.array([period(day) < period(then) for day, then in pairs], np.bool_))
