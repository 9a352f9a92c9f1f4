"""How each metric would have behaved, over the complete periods x of its window that the file holds (``periods.py``).

level       the latest x; of a lifetime, the reading at the last event
noise       the robust relative spread of x (``spread.py``); what is shorter than a week is compared with the week
            before, anything else with the period before
zero share  the share of periods in which x is 0, or there is none (a ratio over nothing)
behind      the median over the periods of the least number that any of the metric's measures has there: of a sum
            the events that meet its conditions, of any other measure its own number (entities or events);
            of a lifetime, at the last event
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from statistics import median

from schemas.advice.observed import Behaviour
from schemas.definition.model import Definition, Lifetime, Window
from services.check.periods import Period, complete_periods
from services.check.spread import noise
from services.check.watched import behind
from streams.plan import measures_of
from streams.readings import Readings
from streams.time.calendar import Calendar


class Behaving:
    """Of one file, folded under the watched definition; ``extent`` is the time of its first and last event."""

    def __init__(self, definition: Definition, calendar: Calendar, readings: Readings, extent: tuple[int, int]) -> None:
        self._definition, self._calendar, self._readings, self._extent = definition, calendar, readings, extent

    def of(self, measures: Iterable[str]) -> Iterator[Behaviour]:
        """Every declared metric that rests on these measures alone, in each of its windows."""
        known = frozenset(measures)
        for metric in self._definition.metrics.values():
            if not known.issuperset(measures_of(self._definition, metric.name)):
                continue
            for window in metric.windows:
                yield self._lifetime(metric.name) if isinstance(window, Lifetime) else self._of(metric.name, window)

    def _of(self, metric: str, window: Window) -> Behaviour:
        periods = complete_periods(self._calendar, window, self._extent)
        read = [(self._value(metric, window, one.at_ms), one) for one in periods]
        found = [(float(value), one) for value, one in read if value is not None]
        behind_each = [self._behind(metric, window, one.at_ms) for one in periods]
        zeros = sum(not value for value, _ in read)
        return Behaviour(
            metric=metric,
            window=window,
            periods=len(periods),
            level=_float(read[-1][0]) if read else None,
            noise=noise([value for value, _ in found], list(self._changes(metric, window, found))),
            zero_share=zeros / len(periods) if periods else None,
            behind=float(median(behind_each)) if periods else None,
        )

    def _lifetime(self, metric: str) -> Behaviour:
        window, at_ms = Lifetime(), self._extent[1]
        return Behaviour(
            metric=metric,
            window=window,
            periods=0,
            level=_float(self._value(metric, window, at_ms)),
            noise=None,
            zero_share=None,
            behind=float(self._behind(metric, window, at_ms)),
        )

    def _changes(self, metric: str, window: Window, found: list[tuple[float, Period]]) -> Iterator[float]:
        for value, period in found:
            before = None if period.before_ms is None else self._value(metric, window, period.before_ms)
            if before is not None:
                yield value - float(before)

    def _value(self, metric: str, window: Window, at_ms: int) -> Fraction | None:
        return self._readings.value(metric, window, at_ms).value

    def _behind(self, metric: str, window: Window, at_ms: int) -> int:
        measures = (self._definition.measures[name] for name in measures_of(self._definition, metric))
        return min(int(self._value(behind(measure), window, at_ms) or 0) for measure in measures)


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
