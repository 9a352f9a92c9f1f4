"""What a value was one period, or one year, before.

Compared are last complete periods, or rolling windows as they are.  Months, quarters and years differ in length: one
distance in time would, at their ends, reach a period too far or not far enough.  So in a period's first part the
shorter distance is taken and in its second part the longer one; both lie inside the period that is meant.

    day 3 of a month, 28 days back     day 3 to 6 of the month before
    day 30, 31 days back               day 27 to 30 of the month before
"""

from typing import Final

import msgspec

from schemas.definition.model import Calendar, Lifetime, Metric, RollingDays, RollingSpan, Unit
from services.provisioner import expressions as promql

WEEK_DAYS: Final = 7
DENSE_DAYS: Final = 41
"""So far back ``nsm history`` tells a value every hour."""
SECOND_PART: Final = {
    Unit.MONTH: "day_of_month() > 15",
    Unit.QUARTER: "(month() - 1) % 3 > 0",
    Unit.YEAR: "month() > 6",
}
UNEQUAL: Final = {Unit.MONTH: ("28d", "31d"), Unit.QUARTER: ("90d", "92d"), Unit.YEAR: ("365d", "366d")}
"""The shortest and the longest of each."""
SAME_PART_A_YEAR_BEFORE: Final = ("364d", "366d")


class Shift(msgspec.Struct, frozen=True):
    """A moment before, in words that follow "against", and how far back it is; ``late`` while ``when`` holds."""

    words: str
    back: str
    late: str = ""
    when: str = ""

    def of(self, samples: str, by: str) -> str:
        """The largest of these samples then, by these labels: two exporters are one."""
        early = f"max by ({by}) ({known(samples, self.back)})"
        if not self.when:
            return early
        late = f"max by ({by}) ({known(samples, self.late)})"
        return f"(({late} and on () ({self.when})) or ({early} unless on () ({self.when})))"


def known(samples: str, back: str) -> str:
    """The last sample so many days back: a past that was filled in has one an hour, and one every six further back."""
    dense = int(back.removesuffix("d")) <= DENSE_DAYS
    return f"last_over_time({samples}[{'1h' if dense else '6h'}] offset {back})"


def period_before(metric: Metric) -> Shift:
    """One period of the metric's window; where days of the week matter more, a week."""
    match metric.windows[0]:
        case Calendar(unit=unit) if unit in UNEQUAL:
            return Shift(f"the {unit.value} before", *UNEQUAL[unit], SECOND_PART[unit])
        case Calendar(unit=Unit.WEEK):
            return Shift("the week before", "7d")
        case RollingDays(days=days) if days >= WEEK_DAYS:
            return Shift(f"the {days} days before", f"{days}d")
        case Lifetime():
            return Shift("four weeks before", "28d")
        case Calendar() | RollingDays() | RollingSpan():
            return Shift("a week before", "7d")


def year_before(metric: Metric) -> Shift | None:
    """The same weekday 52 weeks ago, or the same month or quarter; None where a year is the period, or nothing ends."""
    match metric.windows[0]:
        case Calendar(unit=Unit.MONTH | Unit.QUARTER as unit):
            return Shift("a year before", *SAME_PART_A_YEAR_BEFORE, SECOND_PART[unit])
        case Calendar(unit=Unit.YEAR) | Lifetime():
            return None
        case _:
            return Shift("a year before", "364d")


def was(metric: Metric, shift: Shift) -> str:
    """The comparable value then."""
    return shift.of(promql.whole(promql.comparable_series(metric), metric), "metric, window")


def change(metric: Metric, shift: Shift) -> str:
    """The comparable value against what it was then: 0.1 is a tenth more.  Nothing where it was not above 0."""
    return f"{promql.finished(metric)} / ({was(metric, shift)} > 0) - 1"
