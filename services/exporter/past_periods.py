"""The complete periods of the past by which it is judged whether a value was held.

A period that is final is read once and remembered; those that a late event may still change are reckoned anew every few
seconds.  So a year of days costs a year of cells once, and then what a week costs.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from schemas.definition import model
from schemas.definition.steering import Hold, KeyResult
from streams.plan import Plan
from streams.readings import Readings
from streams.state.port import NEVER, KeySpan
from streams.steering.holding import Held, Period, held, last_day_of, left_of, length_of, spans_of
from streams.steering.standing import ResultKey, results_of
from streams.steering.way import way_of_result
from streams.time.spans import Span, last_complete
from streams.wanted import keys_between

ANEW_MS: Final = 5_000
"""How often what is not final is reckoned anew."""


class _Asked(NamedTuple):
    """A key result that is to be held, and the window that it speaks of."""

    key: ResultKey
    result: KeyResult
    window: model.Window


class _Told(NamedTuple):
    """What was reckoned when, up to which period."""

    at_ms: int
    latest: int | None
    held: Held


class PastPeriods:
    """What was read of them, for one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan, metrics = plan, plan.definition.metrics
        self._asked = [
            _Asked(key, one, metrics[one.metric].windows[0])
            for key, one in results_of(plan.definition)
            if isinstance(one.aim, Hold)
        ]
        self._final: dict[str, dict[int, Fraction | None]] = {one.result.metric: {} for one in self._asked}
        self._spans: dict[ResultKey, tuple[int, list[Span]]] = {}
        self._told: dict[ResultKey, _Told] = {}

    def forget(self) -> None:
        """All is to be read anew."""
        self._final, self._told = {metric: {} for metric in self._final}, {}

    def wanted(self, read_ms: Callable[[str], int]) -> dict[str, set[KeySpan]]:
        """The cells that ``read`` needs, by series; ``read_ms`` is the moment up to which a metric was read."""
        wanted: dict[str, set[KeySpan]] = {}
        for asked in self._asked:
            metric, window = asked.result.metric, asked.window
            missing = [one for one in self._of(asked, read_ms(metric)) if one.last not in self._final[metric]]
            if missing:
                first_ms, last_ms = (self._within(window, span) for span in (missing[-1], missing[0]))
                for series, spans in keys_between(self._plan, metric, window, first_ms, last_ms).items():
                    wanted.setdefault(series, set()).update(spans)
        return wanted

    def read(
        self, readings: Mapping[str, Readings], read_ms: Callable[[str], int], now_ms: int
    ) -> dict[ResultKey, Held]:
        """How long each key result was held; ``readings`` are by metric, and were read at ``now_ms``."""
        return {
            asked.key: self._held(asked, readings[asked.result.metric], read_ms(asked.result.metric), now_ms)
            for asked in self._asked
        }

    def _held(self, asked: _Asked, readings: Readings, read_ms: int, now_ms: int) -> Held:
        spans = self._of(asked, read_ms)
        latest = spans[0].last if spans else None
        known = self._told.get(asked.key)
        if known is None or known.latest != latest or abs(now_ms - known.at_ms) >= ANEW_MS:
            known = self._told[asked.key] = _Told(now_ms, latest, self._reckoned(asked, readings, spans))
        return known.held

    def _reckoned(self, asked: _Asked, readings: Readings, spans: list[Span]) -> Held:
        metric, window, calendar = asked.result.metric, asked.window, self._plan.calendar
        periods = (
            Period(
                self._value(metric, window, span, readings),
                length_of(window, span),
                last_day_of(calendar, window, span),
                left_of(calendar, window, span),
            )
            for span in spans
        )
        return held(way_of_result(asked.result), periods)

    def _value(self, metric: str, window: model.Window, span: Span, readings: Readings) -> Fraction | None:
        final = self._final[metric]
        if span.last in final:
            return final[span.last]
        reading = readings.over(metric, window, span)
        if reading.final:
            final[span.last] = reading.value
        return reading.value

    def _of(self, asked: _Asked, read_ms: int) -> list[Span]:
        """Laid out once for each new complete period."""
        last = None if read_ms == NEVER else last_complete(self._plan.calendar, asked.window, read_ms)
        if last is None:
            return []
        known = self._spans.get(asked.key)
        if known is None or known[0] != last.last:
            spans = spans_of(self._plan.calendar, asked.window, asked.result, read_ms)
            known = self._spans[asked.key] = last.last, spans
        return known[1]

    def _within(self, window: model.Window, span: Span) -> int:
        """A moment in the last piece of a span."""
        if isinstance(window, model.RollingSpan):
            return span.last * window.grain_ms
        return self._plan.calendar.start(span.last)
