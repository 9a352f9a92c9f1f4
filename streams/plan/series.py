"""Which measures are read in which windows, and the series that answers for each."""

from collections.abc import Iterable, Iterator

from schemas.definition import model
from schemas.definition.model import Definition, Dimension, Measure, Window
from schemas.definition.operands import operands
from streams.plan.parts import Series
from streams.time.calendar import Calendar
from streams.time.grains import Buckets, Days, Grain


def measures_of(definition: Definition, metric: str) -> Iterator[str]:
    """The measures that a metric rests on, through metrics on metrics, each once, in the order they are named."""
    return _measures_of(definition, definition.metrics[metric].value, set())


def _measures_of(definition: Definition, value: model.Value, met: set[str]) -> Iterator[str]:
    for operand in operands(value):
        if operand in met:
            continue
        met.add(operand)
        if operand in definition.measures:
            yield operand
        else:
            yield from _measures_of(definition, definition.metrics[operand].value, met)


def windows_of_measures(definition: Definition) -> dict[str, tuple[Window, ...]]:
    """Every window in which each measure is read, in a fixed order."""
    found: dict[str, set[Window]] = {name: set() for name in definition.measures}
    for name, metric in definition.metrics.items():
        for measure in measures_of(definition, name):
            found[measure].update(metric.windows)
    return {name: tuple(sorted(windows, key=repr)) for name, windows in found.items()}


def _grain(window: Window, calendar: Calendar) -> Grain:
    return Buckets(window.grain_ms) if isinstance(window, model.RollingSpan) else Days(calendar)


def series_of(definition: Definition, measure: Measure, window: Window, calendar: Calendar) -> Series:
    """What answers for a measure over a window."""
    grain, waits_ms = (
        _grain(window, calendar),
        waits(measure, map(definition.dimensions.__getitem__, measure.by_dimension)),
    )
    if not isinstance(measure, model.Distinct | model.Lifecycle | model.NetRetention):
        return Series(f"{measure.name}.{grain.label}", grain, running=False, waits_ms=waits_ms)
    rolling = isinstance(window, model.RollingDays | model.RollingSpan)
    suffix = f"@{grain.label}" if isinstance(window, model.RollingSpan) else ""
    return Series(f"{measure.name}.{window.label}{suffix}", grain, running=rolling, waits_ms=waits_ms)


def waits(measure: Measure, dimensions: Iterable[Dimension]) -> int:
    """How long below the floor a measure may still change, in ms: a conversion, and what entities settle for."""
    own = measure.within_ms if isinstance(measure, model.Conversion) else 0
    return max([own, *(one.within_ms for one in dimensions)])
