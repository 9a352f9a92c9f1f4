"""Where a value is going, if it goes on as it did.  An extension of what was seen, and said to be one; no more."""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from schemas import names
from schemas.definition.model import Calendar, Lifetime, Metric, RollingDays, Unit
from services.provisioner import expressions as promql
from services.provisioner.boards.queries.trends import known

SEEN: Final = "28d"
STEP: Final = "6h"


def period_end(metric: Metric) -> str | None:
    """What the running period comes to, if its rest goes as that of the period before; None where none is running.

    What there is so far, over what there was at the same point of the period before, times what that came to.
    """
    match metric.windows[0]:
        case Calendar(unit=unit):
            pass
        case _:
            return None
    running, complete = promql.whole(names.METRIC_VALUE, metric), promql.whole(names.METRIC_COMPLETE, metric)
    match unit:
        case Unit.DAY:  # six days after a day of a week ago the last complete one was that day
            before, came_to = known(running, "7d"), known(complete, "6d")
        case Unit.WEEK:
            before, came_to = known(running, "7d"), complete
        case Unit.MONTH | Unit.QUARTER | Unit.YEAR:
            before, came_to = promql.whole(names.METRIC_PACE, metric), complete
    return f"{promql.value(metric)} / ({_one(before)} > 0) * {_one(came_to)}"


def slope(metric: Metric, by: date, time_zone: str) -> str | None:
    """What a value without periods comes to on a day, along the line of the last four weeks; nothing past that day."""
    match metric.windows[0]:
        case Calendar():
            return None
        case RollingDays() | Lifetime():
            pass
        case _:  # an hour's value has a rhythm of its own and no line
            return None
    then = datetime.combine(by, time(), ZoneInfo(time_zone)).timestamp()
    series = promql.whole(names.METRIC_VALUE, metric)
    line = f"predict_linear({promql.value(metric)}[{SEEN}:{STEP}], {then:.0f} - time())"
    remembered = f"max by (metric) ({known(series, '21d')})"
    return f"{line} and on (metric) {remembered} and on () (vector(time()) < {then:.0f})"


def _one(samples: str) -> str:
    return f"max by (metric, window) ({samples})"
