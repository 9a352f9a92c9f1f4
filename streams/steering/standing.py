"""Where everything that a definition steers by stands on a day."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, Literal, NamedTuple

import msgspec

from schemas.definition.model import Definition
from schemas.definition.steering import Hold, Initiative, KeyResult
from streams.steering.comparable import Comparable
from streams.steering.course import Course, course, progress
from streams.steering.headroom import headroom
from streams.steering.holding import Held, hold_course, hold_progress
from streams.steering.way import Way, way_of, way_of_result

Values = Mapping[str, Comparable]
"""metric -> what may be held against a path; empty while nothing is known."""


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """How a value stands on its way: ``path`` is the value to be had on the day itself.

    ``course`` holds the value against the path on ``value_day``, the last day that the value speaks of, so that last
    month is not measured by today.  ``held`` is there where a value is to be held.
    """

    target: Fraction
    path: Fraction | None
    value: Fraction | None
    value_day: int | None
    progress: Fraction | None
    course: Course | None
    held: Held | None = None


class ResultKey(NamedTuple):
    """A key result by its objective and its own name."""

    objective: str
    name: str


def results_of(definition: Definition) -> Iterator[tuple[ResultKey, KeyResult]]:
    """Every key result, in the order of the definition."""
    for objective in definition.okrs:
        for one in objective.key_results:
            yield ResultKey(objective.name, one.name), one


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A bound of a guardrail; ``left`` is None while the value is not known."""

    metric: str
    bound: Literal["min", "max"]
    limit: float
    left: Fraction | None


class Steering(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of the definition; ``targets`` by metric."""

    day: int
    targets: dict[str, Stand]
    rooms: tuple[Room, ...]
    key_results: dict[ResultKey, Stand]
    active: dict[str, bool]


NOTHING: Final[Mapping[ResultKey, Held]] = {}


def steer(definition: Definition, day: int, values: Values, held: Mapping[ResultKey, Held] = NOTHING) -> Steering:
    """On the local day of this number, with these values; ``held`` tells of each key result that is to be held."""
    aims = ((one.metric, way_of(one)) for one in definition.aims())
    return Steering(
        day=day,
        targets={metric: _stand(way, day, values.get(metric)) for metric, way in aims if way is not None},
        rooms=tuple(_rooms(definition, values)),
        key_results={
            key: _of_result(one, day, values.get(one.metric), held.get(key)) for key, one in results_of(definition)
        },
        active={one.name: _is_active(one, day) for one in definition.initiatives},
    )


def _stand(way: Way, day: int, known: Comparable | None) -> Stand:
    return Stand(
        target=way.target,
        path=way.at(day),
        value=None if known is None else known.value,
        value_day=None if known is None else known.day,
        progress=None if known is None else progress(way, known.value),
        course=None if known is None else course(way, known),
    )


def _of_result(result: KeyResult, day: int, known: Comparable | None, so_far: Held | None) -> Stand:
    way = way_of_result(result)
    stand = _stand(way, day, known)
    if not isinstance(result.aim, Hold):
        return stand
    if so_far is None:
        return msgspec.structs.replace(stand, progress=None, course=None)
    return msgspec.structs.replace(
        stand,
        progress=hold_progress(way, result.aim, stand.value, so_far),
        course=hold_course(way, result, known, so_far),
        held=so_far,
    )


def _rooms(definition: Definition, values: Values) -> list[Room]:
    rooms = []
    for one in definition.guardrails:
        known = values.get(one.metric)
        for bound, limit in one.limits:
            left = None if known is None else headroom(bound, limit, known.value)
            rooms.append(Room(metric=one.metric, bound=bound, limit=limit, left=left))
    return rooms


def _is_active(initiative: Initiative, day: int) -> bool:
    return initiative.start.toordinal() <= day <= initiative.end.toordinal()
