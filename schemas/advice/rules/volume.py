"""A window holds enough for its number to mean something."""

from collections.abc import Iterator
from math import ceil
from typing import Final

from schemas.advice.observed import Behaviour, Observed
from schemas.advice.rule import EventsRule, Finding
from schemas.advice.standing import chased
from schemas.definition.durations import LONGEST_DAYS
from schemas.definition.model import Calendar, Definition, Lifetime, RollingDays, RollingSpan, Unit, Window

ENOUGH: Final = 100
"""Entities or events behind a reading, at which chance alone moves it by about 1 / sqrt(100), which is 10 %."""

MOST_ZEROS: Final = 0.1
"""The share of periods that may come to nothing."""

_HOUR_MS: Final = 3_600_000
_LONGEST_SPAN_HOURS: Final = 48
_DAYS: Final = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.QUARTER: 91, Unit.YEAR: 365}


def _find(definition: Definition, observed: Observed) -> Iterator[Finding]:
    """Of each metric that is chased, in its first window; that something bad is rare is no fault of a guardrail."""
    first = {name: definition.metrics[name].windows[0] for name in chased(definition)}
    for one in observed.behaviours:
        if first.get(one.metric) == one.window and (told := _told(one)):
            path = f"metrics.{one.metric}"
            yield Finding((f"{path}.window", path), told)


def _told(one: Behaviour) -> str:
    if one.behind is None or one.zero_share is None or isinstance(one.window, Lifetime):
        return ""
    told = []
    if one.behind < ENOUGH:
        moved = f"chance alone moves it by about {one.expected_error:.0%}" if one.expected_error else "it says nothing"
        told.append(f"about {one.behind:,.0f} entities or events stand behind a reading, so {moved}")
    if one.zero_share > MOST_ZEROS:
        told.append(f"{one.zero_share:.0%} of {one.periods:,} periods come to nothing")
    if not told:
        return ""
    return f"{one.window.label} is short: {', and '.join(told)}{_longer(one)}"


def _longer(one: Behaviour) -> str:
    """The window that would hold enough, rounded up to whole weeks where it is longer than one."""
    if not one.behind or one.behind >= ENOUGH:
        return ""
    hours = _hours(one.window) * ENOUGH / one.behind
    days = ceil(hours / 24)
    if isinstance(one.window, RollingSpan) and hours <= _LONGEST_SPAN_HOURS:
        return f"; {{rolling: {ceil(hours)}h}} would hold enough"
    days = days if days <= 7 else ceil(days / 7) * 7  # noqa: PLR2004 - a week
    return f"; {{rolling: {days}d}} would hold enough" if days <= LONGEST_DAYS else "; no window would hold enough"


def _hours(window: Window) -> float:
    match window:
        case Calendar(unit):
            return _DAYS[unit] * 24.0
        case RollingDays(days):
            return days * 24.0
        case RollingSpan(span_ms):
            return span_ms / _HOUR_MS
        case Lifetime():
            return 0.0


RULE = EventsRule(
    id="window-too-short",
    title="The window is too short for the volume",
    severity="advice",
    reason=(
        "With n entities or events behind a reading, chance alone moves it by about 1 / sqrt(n): 10% at a hundred, "
        "30% at eleven. Below that, teams explain noise, and an effect of a few percent is never seen."
    ),
    example="window: {rolling: 28d} in place of {calendar: day}; the day may stay as a second window",
    find=_find,
)
