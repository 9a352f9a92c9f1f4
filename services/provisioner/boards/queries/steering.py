"""Targets, paths, key results, guardrails and initiatives, as the exporter tells them."""

from typing import Final

from schemas import names
from schemas.definition.model import Metric
from schemas.definition.steering import KeyResult, Objective
from services.provisioner import expressions as promql

KEY_RESULT: Final = "objective, key_result"
NEAR: Final = 0.1
"""Headroom, as a part of the limit, below which a guardrail is close to being broken."""


def progress(metric: str) -> str:
    """Of the way from base to target, 0 to 1."""
    return f"max by (metric) ({promql.selector(names.METRIC_PROGRESS, metric=metric)})"


def against_path(metric: Metric) -> str:
    """The comparable value against the path: 0.1 is a tenth more.  Nothing where the path is not above 0."""
    return f"{promql.finished(metric)} / on (metric) group_left () ({promql.path(metric.name)} > 0) - 1"


def course(metric: str) -> str:
    """0 behind, 1 on course, 2 ahead."""
    ahead, on_course = (
        promql.selector(names.METRIC_COURSE, metric=metric, course=one) for one in ("ahead", "on_course")
    )
    return f"max by (metric) ({ahead}) * 2 + max by (metric) ({on_course})"


def headroom(metric: str) -> str:
    """The room to the nearest limit as a part of it; below 0 the guardrail is broken."""
    return f"min by (metric) ({promql.selector(names.GUARDRAIL_HEADROOM, metric=metric)})"


def guarded(metric: str) -> str:
    """0 broken, 1 near its limit, 2 within."""
    room = headroom(metric)
    return f"({room} >= bool 0) + ({room} >= bool {NEAR})"


def of_key_result(series: str, objective: Objective, key_result: KeyResult) -> str:
    """One of its series."""
    chosen = promql.selector(series, objective=objective.name, key_result=key_result.name)
    return f"max by ({KEY_RESULT}) ({chosen})"


def key_result_course(objective: Objective, key_result: KeyResult) -> str:
    """0 behind, 1 on course, 2 ahead."""
    ahead, on_course = (
        promql.selector(names.KEY_RESULT_COURSE, objective=objective.name, key_result=key_result.name, course=one)
        for one in ("ahead", "on_course")
    )
    return f"max by ({KEY_RESULT}) ({ahead}) * 2 + max by ({KEY_RESULT}) ({on_course})"


def asked(path_value: str, base: float, target: float) -> str:
    """How much of the way from base to target the path asks for by now, 0 to 1."""
    return f"clamp(({path_value} - ({base!r})) / ({target - base!r}), 0, 1)"


def initiative(name: str) -> str:
    """1 while it runs, else 0."""
    return f"max by (initiative) ({promql.selector(names.INITIATIVE_ACTIVE, initiative=name)})"


def target(metric: str) -> str:
    """What the metric should reach."""
    return f"max by (metric) ({promql.selector(names.METRIC_TARGET, metric=metric)})"


def share_of_target(metric: Metric) -> str:
    """The comparable value over the target: 1 is there."""
    return f"{promql.finished(metric)} / on (metric) group_left () {target(metric.name)}"
