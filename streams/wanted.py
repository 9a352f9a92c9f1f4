"""Which cells readings need, so that a reader asks for no others."""

from schemas import names
from schemas.definition import model
from schemas.definition.model import Window
from schemas.definition.operands import look_back
from schemas.names import CELLS_PER_KEY
from streams.plan import Plan, Series, measures_of
from streams.restating.late import late_series, pieces_back
from streams.state.port import NEVER, KeySpan
from streams.time.spans import Span, earlier, last_complete, running


def wanted_keys(plan: Plan, at_ms: int, watermark_ms: int) -> dict[str, set[KeySpan]]:
    """The cells that the running and the last complete readings of every metric need, by series."""
    back: dict[tuple[str, Window], int] = {}
    for name, metric in plan.definition.metrics.items():
        periods = look_back(plan.definition.metrics, name)
        for measure in measures_of(plan.definition, name):
            for window in metric.windows:
                back[measure, window] = max(periods, back.get((measure, window), 0))
    wanted: dict[str, set[KeySpan]] = {}
    late = late_series(plan)
    for (measure, window), series in plan.series.items():
        spans = [running(plan.calendar, window, at_ms)]
        if watermark_ms != NEVER and (complete := last_complete(plan.calendar, window, watermark_ms)):
            spans.append(complete)
            if series.name in late:
                first = _first(plan, window, complete, back[measure, window])
                span = _late_span(plan, measure, window, first, (complete.last, complete.last))
                wanted.setdefault(names.late_series(series.name), set()).add(span)
        wanted.setdefault(series.name, set()).update(
            _key_span(series, _first(plan, window, span, back[measure, window]), span.last) for span in spans
        )
    return wanted


def keys_between(plan: Plan, metric: str, window: Window, first_ms: int, last_ms: int) -> dict[str, set[KeySpan]]:
    """The cells that a metric over a window needs to be read at any moment from the first to the last."""
    begin, end = (running(plan.calendar, window, at_ms) for at_ms in (first_ms, last_ms))
    first = _first(plan, window, begin, look_back(plan.definition.metrics, metric))
    wanted: dict[str, set[KeySpan]] = {}
    late = late_series(plan)
    for measure in measures_of(plan.definition, metric):
        series = plan.series[measure, window]
        wanted.setdefault(series.name, set()).add(_key_span(series, first, end.last))
        if series.name in late:
            last = begin.last, end.last
            wanted.setdefault(names.late_series(series.name), set()).add(_late_span(plan, measure, window, first, last))
    return wanted


def _late_span(plan: Plan, measure: str, window: Window, first: int | None, last: tuple[int, int]) -> KeySpan:
    """What may have come late for spans that end with a piece of ``last``, both included, and begin with ``first``."""
    series = plan.series[measure, window]
    begin = last[0] - pieces_back(plan, measure, series)
    if first is not None and not series.running:
        begin = max(first, begin)
    return KeySpan(begin // CELLS_PER_KEY, last[1] // CELLS_PER_KEY)


def _first(plan: Plan, window: Window, span: Span, periods: int) -> int | None:
    """The first piece that growths of so many periods need of this span, and its pace."""
    if isinstance(window, model.Calendar):
        periods += 1
    return earlier(plan.calendar, window, span, periods, over=True).first if periods else span.first


def _key_span(series: Series, first: int | None, last: int) -> KeySpan:
    begin = None if series.running or first is None else first // CELLS_PER_KEY
    return KeySpan(begin, last // CELLS_PER_KEY)
