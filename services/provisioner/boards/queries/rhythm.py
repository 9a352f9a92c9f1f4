"""When things happen: an hourly amount, averaged for each hour of the week over the last four weeks, in local time.

PromQL's clock is UTC, so the exporter tells how far local time is ahead; of hours before it did, today's distance is
taken.  ``count_values`` makes a label of a number: a series for each hour of the week, out of one.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from schemas import names
from schemas.definition.model import Count, Definition, Metric, Plain, RollingSpan, Sum
from services.provisioner import expressions as promql

WEEKS: Final = 4
HOUR_MS: Final = 3_600_000
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Hourly(msgspec.Struct, frozen=True):
    """An expression of what an hour came to, read at its end; ``metric`` is None where it is events of any kind."""

    metric: Metric | None
    expression: str


def hourly(definition: Definition) -> Hourly:
    """Of the north star, its inputs, then all other metrics, the first that has an amount by the hour; else events."""
    star = definition.north_star
    for name in dict.fromkeys((star.metric, *star.inputs, *definition.metrics)):
        for found in _of(definition, definition.metrics[name]):
            return found
    counted = promql.selector(names.EVENTS, outcome="counted")
    return Hourly(None, f"sum(max by (topic) (increase({counted}[1h])))")


def _of(definition: Definition, metric: Metric) -> Iterator[Hourly]:
    """What a day came to so far would tell its hours too, but of a past that was filled in only the day is known."""
    measure = definition.measures.get(metric.value.measure) if isinstance(metric.value, Plain) else None
    if isinstance(measure, Count | Sum):
        for window in metric.windows:
            if isinstance(window, RollingSpan) and window.span_ms == HOUR_MS:
                yield Hourly(metric, f"max({promql.whole(names.METRIC_VALUE, metric, window)})")


def by_hour_of_week(definition: Definition, amount: str) -> str:
    """A series for each hour of the week, ``hour`` 00 to 23, ``weekday`` 1 to 7 from the week's first day on."""
    ahead = f"max({names.TIME_ZONE_OFFSET})"
    # at the end of an hour its amount is known, so the hour is the one that an hour ago began
    local = f"vector(time() - 3600) + on () ({ahead} or {ahead.replace(')', ' @ end())')})"
    first = 6 if definition.week_starts == "monday" else 0  # day_of_week() is 0 on Sunday
    slot = f"(1 + (day_of_week({local}) + {first}) % 7) * 100 + hour({local})"
    labelled = f'{amount} * on () group_right () count_values("slot", {slot})'
    mean = f"avg_over_time(({labelled})[{WEEKS * 7}d:1h])"
    weekday = f'label_replace({mean}, "weekday", "$1", "slot", "(.)(..)")'
    return f'max by (weekday, hour) (label_replace({weekday}, "hour", "$2", "slot", "(.)(..)"))'


def weekdays(definition: Definition) -> tuple[str, ...]:
    """In the order of the company's week."""
    return DAYS if definition.week_starts == "monday" else (DAYS[-1], *DAYS[:-1])
