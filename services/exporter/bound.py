r"""How many series of readings are shown at most, and which are left out.

What is shown together stays together: all segments of a dimension of a metric in a window, or none of them, since some
of them add up to nothing.  Room is set aside for as many segments as the definition allows, in this order, and who
finds none is left out.  So the choice hangs on definition and limit alone: it is the same from one moment to the next,
and in every exporter.

    the north star and its segments               always, even past the limit
    the whole of every other metric      \        first the north star's inputs, then what has a target, a guardrail
    the segments of every other metric   /        or a key result, then the others as the definition has them
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from schemas.definition import model
from schemas.definition.model import Definition, Window
from schemas.readings import WHOLE, Reading
from services.exporter.shown import Shown, Trust
from streams.segmentation import most_shown, segmented_by
from streams.volumes import tells_volume

SERIES_LIMIT: Final = 50_000
"""Four times what 50 metrics of 20 segments in three windows come to."""
OTHER_AND_NONE: Final = 2

Group = tuple[str, str, str]
"""Metric, window and dimension; ``WHOLE`` for what is not split."""


class Bounded(NamedTuple):
    """The readings that are shown, and how many series of the others there would be."""

    running: list[Reading]
    complete: list[Reading]
    trust: dict[str, Trust]
    left_out: int


class Bound:
    """Of one definition."""

    def __init__(self, definition: Definition, limit: int) -> None:
        self.limit = limit
        self.left_out = frozenset(_left_out(definition, limit))

    def of(self, shown: Shown) -> Bounded:
        """What stays."""
        if not self.left_out:
            return Bounded(shown.running, shown.complete, shown.trust, 0)
        running = [one for one in shown.running if group(one) not in self.left_out]
        complete = [one for one in shown.complete if group(one) not in self.left_out]
        without = sum(_series(one) for one in shown.running if group(one) in self.left_out)
        without += sum(group(one) in self.left_out and one.value is not None for one in shown.complete)
        return Bounded(running, complete, shown.trust, without)


def group(reading: Reading) -> Group:
    """What a reading is shown together with."""
    return reading.metric, reading.window, reading.dimension


def most_series(definition: Definition) -> int:
    """How many there would be, without a limit and with as many segments as are allowed everywhere."""
    return sum(number for _, number in _declared(definition))


def _left_out(definition: Definition, limit: int) -> Iterator[Group]:
    room = limit
    for one, number in _declared(definition):
        if number <= room or one[0] == definition.north_star.metric:
            room -= number
        else:
            yield one


def _declared(definition: Definition) -> Iterator[tuple[Group, int]]:
    """What is shown together, and of how many series it is at the most, by rank."""
    for metric, dimension in _by_rank(definition):
        segments = most_shown(definition, metric, dimension) + OTHER_AND_NONE if dimension else 1
        for window in definition.metrics[metric].windows:
            yield (metric, window.label, dimension), segments * _series_of_each(definition, metric, window)


def _by_rank(definition: Definition) -> Iterator[tuple[str, str]]:
    """Metric and dimension."""
    star = definition.north_star.metric
    steered = {one.metric for one in definition.guardrails} | set(definition.targets)
    steered |= {one.metric for objective in definition.okrs for one in objective.key_results}
    first = [*definition.north_star.inputs, *(name for name in definition.metrics if name in steered)]
    others = [name for name in dict.fromkeys([*first, *definition.metrics]) if name != star]
    split = {name: segmented_by(definition, name) for name in definition.metrics}
    yield star, WHOLE
    yield from ((star, dimension) for dimension in split[star])
    yield from ((name, WHOLE) for name in others)
    yield from ((name, dimension) for name in others for dimension in split[name])


def _series_of_each(definition: Definition, metric: str, window: Window) -> int:
    """Of a reading at the most: value, numerator, denominator, and where there are such volume, last complete, pace."""
    volume = int(tells_volume(definition, metric))
    match window:
        case model.Lifetime():
            return 3 + volume
        case model.Calendar():
            return 5 + volume
        case _:
            return 4 + volume


def _series(one: Reading) -> int:
    return 1 + sum(there is not None for there in (one.value, one.denominator, one.pace, one.volume))
