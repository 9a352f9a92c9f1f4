"""A growth has something to be compared with, and not of another age."""

from collections.abc import Iterator
from typing import Final

from schemas.definition.draft import Draft
from schemas.definition.durations import DAY, LONGEST_DAYS
from schemas.definition.faults import Fault
from schemas.definition.model import Calendar, Lifetime, RollingDays, RollingSpan, Unit, Window
from schemas.definition.operands import look_back

_LONGEST: Final = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.QUARTER: 92, Unit.YEAR: 366}
"""In days."""


def growths_look_back(draft: Draft) -> Iterator[Fault]:
    """In every window that a metric is read in, also where the growth stands under it."""
    for name, metric in draft.metrics.items():
        periods = look_back(draft.metrics, name)
        for window in metric.windows if periods else ():
            if fault := _fault(window, periods):
                path = f"metrics.{name}"
                yield Fault(draft.at(f"{path}.window", path), fault)


def _fault(window: Window, periods: int) -> str:
    match window:
        case Lifetime():
            return "a lifetime has no period before it, so that a growth cannot be read over it"
        case Calendar(unit):
            days = periods * _LONGEST[unit]
        case RollingDays(length):
            days = periods * length
        case RollingSpan(span_ms):
            days = periods * span_ms // DAY
    if days <= LONGEST_DAYS:
        return ""
    return f"over {window.label} its growth looks back {periods} periods, which is more than {LONGEST_DAYS} days"
