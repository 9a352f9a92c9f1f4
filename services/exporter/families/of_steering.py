"""What a company steers by, which stands there always, and while there are readings how far it has come."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from prometheus_client.metrics_core import Metric as Family

from schemas import names
from schemas.definition.answering import better_of, owner_of
from schemas.definition.model import Definition
from schemas.definition.units import unit_of
from services.exporter.families.making import Labels, gauge, infos
from streams.steering.course import COURSES, Course
from streams.steering.standing import Stand, Steering

Samples = list[tuple[Labels, float]]


def of_steering(definition: Definition, steering: Steering) -> Iterator[Family]:
    """Targets, guardrails, key results, initiatives."""
    by_metric = {(metric,): stand for metric, stand in steering.targets.items()}
    yield gauge(names.METRIC_TARGET, [(labels, float(one.target)) for labels, one in by_metric.items()])
    yield gauge(names.METRIC_PATH, _known((labels, one.path) for labels, one in by_metric.items()))
    yield gauge(names.METRIC_PROGRESS, _known((labels, one.progress) for labels, one in by_metric.items()))
    yield gauge(names.METRIC_COURSE, _courses(by_metric.items()))
    yield infos(names.METRIC_INFO, _metrics(definition))
    rooms = [((one.metric, one.bound), one) for one in steering.rooms]
    yield gauge(names.GUARDRAIL_LIMIT, [(labels, one.limit) for labels, one in rooms])
    yield gauge(names.GUARDRAIL_HEADROOM, _known((labels, one.left) for labels, one in rooms))
    results: list[tuple[Labels, Stand]] = list(steering.key_results.items())
    yield infos(names.KEY_RESULT_INFO, _key_results(definition))
    yield gauge(names.KEY_RESULT_TARGET, [(labels, float(one.target)) for labels, one in results])
    yield gauge(names.KEY_RESULT_PATH, _known((labels, one.path) for labels, one in results))
    yield gauge(names.KEY_RESULT_VALUE, _known((labels, one.value) for labels, one in results))
    yield gauge(names.KEY_RESULT_PROGRESS, _known((labels, one.progress) for labels, one in results))
    yield gauge(names.KEY_RESULT_COURSE, _courses(results))
    yield gauge(names.INITIATIVE_ACTIVE, list(_initiatives(definition, steering)))


def _known(samples: Iterable[tuple[Labels, Fraction | None]]) -> Samples:
    return [(labels, float(value)) for labels, value in samples if value is not None]


def _courses(stands: Iterable[tuple[Labels, Stand]]) -> Samples:
    """All three, where one holds."""
    return [((*labels, one), _holds(one, stand)) for labels, stand in stands if stand.course for one in COURSES]


def _holds(one: Course, stand: Stand) -> float:
    return 1.0 if stand.course == one else 0.0


def _metrics(definition: Definition) -> Iterator[Labels]:
    for name in definition.metrics:
        yield name, unit_of(definition, name), owner_of(definition, name), better_of(definition, name)


def _key_results(definition: Definition) -> Iterator[Labels]:
    for objective in definition.okrs:
        for one in objective.key_results:
            yield objective.name, one.name, one.metric, one.owner or objective.owner


def _initiatives(definition: Definition, steering: Steering) -> Iterator[tuple[Labels, float]]:
    for one in definition.initiatives:
        metric = one.expects.metric if one.expects else ""
        yield (one.name, metric, one.owner), float(steering.active[one.name])
