"""Points become the series that an exporter would have shown, and those that Prometheus would have recorded."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from msgspec import structs

from schemas import names
from schemas.definition.model import Calendar, Metric, RollingSpan, Window
from services.history.points import Past, Point, Reach, is_told, marks, told_at
from streams.plan import Plan
from streams.steering.way import way_of
from streams.time.grains import DAY

Sample = tuple[int, float]
"""A moment in milliseconds, and the value that stands there."""


class Row(NamedTuple):
    """One series' samples, in order of time."""

    labels: dict[str, str]
    samples: list[Sample]


class Family(NamedTuple):
    """All rows of one name; ``recorded`` by Prometheus, not scraped: such rows have no job and no instance."""

    name: str
    rows: list[Row]
    recorded: bool = False


def families(
    plan: Plan, past: Past, asked: Iterable[tuple[Metric, Window]], reach_of: Callable[[Window], Reach]
) -> list[Family]:
    """Values with what they are a part of, last complete ones, what is recorded of both; targets, paths, limits."""
    found: dict[str, list[Row]] = {
        name: [] for name in (names.METRIC_VALUE, names.METRIC_NUMERATOR, names.METRIC_DENOMINATOR)
    }
    complete: list[Row] = []
    steering: dict[str, Reach] = {}
    for metric, window in asked:
        labels, reach = {"metric": metric.name, "window": window.label}, reach_of(window)
        points = _begun(past.points(metric.name, window, reach))
        for name, field in zip(found, ("value", "numerator", "denominator"), strict=True):
            known = ((one, getattr(one, field)) for one in points)
            found[name].append(Row(labels, list(_samples(plan, window, known, reach))))
        complete.append(Row(labels, list(_samples(plan, window, _completed(window, points), reach))))
        if points and metric.name not in steering:
            steering[metric.name] = structs.replace(reach, begin_ms=max(reach.begin_ms, points[0].at_ms - DAY))
    recorded = {names.RECORDED_VALUE: found[names.METRIC_VALUE], names.RECORDED_COMPLETE: complete}
    return [
        *(Family(name, rows) for name, rows in found.items()),
        Family(names.METRIC_COMPLETE, complete),
        *_of_steering(plan, steering),
        *(Family(name, rows, recorded=True) for name, rows in recorded.items()),
    ]


def _begun(points: list[Point]) -> list[Point]:
    """Without the time before the first event: there was nothing then, not none."""
    first = next((n for n, one in enumerate(points) if one.value or one.numerator or one.denominator), len(points))
    return points[first:]


def _samples(plan: Plan, window: Window, known: Iterable[tuple[Point, float | None]], reach: Reach) -> Iterator[Sample]:
    for point, value in known:
        if value is not None:
            for at_ms in told_at(plan.calendar, window, point, reach):
                yield at_ms, value


def _completed(window: Window, points: list[Point]) -> Iterator[tuple[Point, float | None]]:
    """At each point the value of the last complete span: of the period before, of the day before, of the very piece."""
    match window:
        case Calendar():
            last: dict[int, float | None] = {}
            for one in points:
                last[one.end_ms] = one.value
                yield one, None if one.start_ms is None else last.get(one.start_ms)  # where one ends the next starts
        case RollingSpan():
            yield from ((one, one.value) for one in points)
        case _:
            yield from ((one, before.value) for before, one in pairwise(points) if one.start_ms is not None)


def _of_steering(plan: Plan, reaches: Mapping[str, Reach]) -> Iterator[Family]:
    """As the definition has them now: targets and paths since they hold, as far back as the metric's own past."""
    targets, paths, limits = [], [], []
    for aim in plan.definition.aims():
        way = way_of(aim)
        if way is None or aim.metric not in reaches:
            continue
        since = way.since
        held = [t for t in _seldom(reaches[aim.metric]) if since is None or plan.calendar.day(t) >= since]
        labels = {"metric": aim.metric}
        targets.append(Row(labels, [(t, float(way.target)) for t in held]))
        walked = ((t, way.at(plan.calendar.day(t))) for t in held)
        paths.append(Row(labels, [(t, float(value)) for t, value in walked if value is not None]))
    for one in plan.definition.guardrails:
        for bound, limit in (("min", one.min), ("max", one.max)):
            if limit is not None and one.metric in reaches:
                samples = [(t, limit) for t in _seldom(reaches[one.metric])]
                limits.append(Row({"metric": one.metric, "bound": bound}, samples))
    yield Family(names.METRIC_TARGET, targets)
    yield Family(names.METRIC_PATH, paths)
    yield Family(names.GUARDRAIL_LIMIT, limits)


def _seldom(reach: Reach) -> Iterator[int]:
    """The steps at which a value is told."""
    return (t for t in marks(reach) if is_told(t, reach))
