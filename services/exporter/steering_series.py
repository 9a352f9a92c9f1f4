"""What a definition steers by, and how it stands, as samples of Prometheus series."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from schemas import names
from schemas.definition.answering import better_of, owner_of
from schemas.definition.model import Definition
from schemas.definition.units import unit_of
from streams.steering.course import COURSES, Course
from streams.steering.standing import Stand, Steering

Samples = list[tuple[tuple[str, ...], float]]

HELP: Final = {
    names.METRIC_TARGET: "Where the metric should be at the end of its path.",
    names.METRIC_PATH: "Where the metric's path says that it should be today.",
    names.METRIC_PROGRESS: "The part of the way from base to target that is done, 0 to 1, by no unfinished period.",
    names.METRIC_COURSE: "1 for how the metric stands to its path on the last day that its value speaks of.",
    names.METRIC_INFO: "Each metric's unit, who answers for it, and which way is better.",
    names.GUARDRAIL_LIMIT: "The limits that a metric must stay within.",
    names.GUARDRAIL_HEADROOM: "The room left to the limit as a part of it, below 0 where it is broken.",
    names.KEY_RESULT_INFO: "Each key result's metric, and who answers for it.",
    names.KEY_RESULT_TARGET: "What the key result aims at.",
    names.KEY_RESULT_PATH: "Where the straight way to the key result says that its metric should be today.",
    names.KEY_RESULT_VALUE: "What the key result's metric comes to, by no unfinished period.",
    names.KEY_RESULT_PROGRESS: "The part of the key result that is done, 0 to 1.",
    names.KEY_RESULT_COURSE: "1 for how the key result stands to its path.",
    names.INITIATIVE_ACTIVE: "1 on the local days of the initiative, else 0.",
}


def steering_samples(definition: Definition, steering: Steering) -> Iterator[tuple[str, Samples]]:
    """Every series, in a fixed order, also those without a sample."""
    by_metric = {(metric,): stand for metric, stand in steering.targets.items()}
    yield names.METRIC_TARGET, [(labels, float(one.target)) for labels, one in by_metric.items()]
    yield names.METRIC_PATH, _known((labels, one.path) for labels, one in by_metric.items())
    yield names.METRIC_PROGRESS, _known((labels, one.progress) for labels, one in by_metric.items())
    yield names.METRIC_COURSE, _courses(by_metric.items())
    yield names.METRIC_INFO, [(one, 1.0) for one in _metrics(definition)]
    rooms = [((one.metric, one.bound), one) for one in steering.rooms]
    yield names.GUARDRAIL_LIMIT, [(labels, one.limit) for labels, one in rooms]
    yield names.GUARDRAIL_HEADROOM, _known((labels, one.left) for labels, one in rooms)
    results: list[tuple[tuple[str, ...], Stand]] = list(steering.key_results.items())
    yield names.KEY_RESULT_INFO, [(one, 1.0) for one in _key_results(definition)]
    yield names.KEY_RESULT_TARGET, [(labels, float(one.target)) for labels, one in results]
    yield names.KEY_RESULT_PATH, _known((labels, one.path) for labels, one in results)
    yield names.KEY_RESULT_VALUE, _known((labels, one.value) for labels, one in results)
    yield names.KEY_RESULT_PROGRESS, _known((labels, one.progress) for labels, one in results)
    yield names.KEY_RESULT_COURSE, _courses(results)
    yield names.INITIATIVE_ACTIVE, list(_initiatives(definition, steering))


def _known(samples: Iterable[tuple[tuple[str, ...], Fraction | None]]) -> Samples:
    return [(labels, float(value)) for labels, value in samples if value is not None]


def _courses(stands: Iterable[tuple[tuple[str, ...], Stand]]) -> Samples:
    """All three, where one holds."""
    return [((*labels, one), _holds(one, stand)) for labels, stand in stands if stand.course for one in COURSES]


def _holds(one: Course, stand: Stand) -> float:
    return 1.0 if stand.course == one else 0.0


def _metrics(definition: Definition) -> Iterator[tuple[str, ...]]:
    for name in definition.metrics:
        yield name, unit_of(definition, name), owner_of(definition, name), better_of(definition, name)


def _key_results(definition: Definition) -> Iterator[tuple[str, ...]]:
    for objective in definition.okrs:
        for one in objective.key_results:
            yield objective.name, one.name, one.metric, one.owner or objective.owner


def _initiatives(definition: Definition, steering: Steering) -> Iterator[tuple[tuple[str, ...], float]]:
    for one in definition.initiatives:
        metric = one.expects.metric if one.expects else ""
        yield (one.name, metric, one.owner), float(steering.active[one.name])
