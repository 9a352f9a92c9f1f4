"""Cells become readings: window sums, then exact rationals, rounded only where they are shown."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import accumulate

import msgspec

from schemas.definition import model
from schemas.definition.model import Definition, Metric, Window
from schemas.names import CELLS_PER_KEY
from schemas.readings import WHOLE, Reading
from streams.fold import OVERFLOW
from streams.plan import Plan, Series, measures_of
from streams.selection import NO_VALUE
from streams.state.port import NEVER, KeySpan, Snapshot
from streams.time.spans import Span, last_complete, running


class AsOf(msgspec.Struct, frozen=True):
    """Up to which moment every partition has been read, and below which moment nothing will be accepted any more."""

    watermark_ms: int
    floor_ms: int


class Cells:
    """The cells of all partitions, added up: series -> bucket -> number, of the whole and of each raw value.

    ``below`` are further cells that every answer takes in too; they stay as they are.
    """

    def __init__(self, below: "Cells | None" = None) -> None:
        self._whole: dict[str, _Column] = {}
        self._parts: dict[tuple[str, str], dict[str, _Column]] = {}
        self._below = below

    @classmethod
    def of(cls, snapshots: Iterable[Snapshot], below: "Cells | None" = None) -> "Cells":
        """The cells of these snapshots, one a partition."""
        cells = cls(below)
        for snapshot in snapshots:
            for series, keys in snapshot.cells.items():
                for fields in keys.values():
                    cells.add(series, fields)
        return cells

    def add(self, series: str, fields: Mapping[str, int]) -> None:
        """Adds the fields of one key, named as the fold names them."""
        whole = self._whole.setdefault(series, _Column())
        for field, number in fields.items():
            bucket, _, rest = field.partition("|")
            if not rest:
                whole.add(int(bucket), number)
                continue
            dimension, _, value = rest.partition("|")
            values = self._parts.setdefault((series, dimension), {})
            column = values.get(value)
            if column is None:
                column = values[value] = _Column()
            column.add(int(bucket), number)

    def total(self, series: Series, span: Span) -> int:
        """What the whole comes to over a span."""
        below = self._below.total(series, span) if self._below else 0
        column = self._whole.get(series.name)
        return below if column is None else below + column.total(_first(series, span), span.last)

    def part(self, series: Series, dimension: str, value: str, span: Span) -> int:
        """What one raw value comes to over a span."""
        below = self._below.part(series, dimension, value, span) if self._below else 0
        column = self._parts.get((series.name, dimension), {}).get(value)
        return below if column is None else below + column.total(_first(series, span), span.last)

    def parts(self, series: Series, dimension: str, span: Span) -> dict[str, int]:
        """What each raw value comes to over a span; those that come to nothing are left out."""
        totals = ((value, self.part(series, dimension, value, span)) for value in self._values(series, dimension))
        return {value: number for value, number in totals if number}

    def _values(self, series: Series, dimension: str) -> dict[str, None]:
        below = self._below._values(series, dimension) if self._below else {}  # noqa: SLF001 its own kind
        return below | dict.fromkeys(self._parts.get((series.name, dimension), ()))


class _Column:
    """Numbers by bucket; their running sums are made when a total is asked for, so that any span costs two look-ups."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._buckets: list[int] = []
        self._sums: list[int] | None = None

    def add(self, bucket: int, number: int) -> None:
        self._numbers[bucket] = self._numbers.get(bucket, 0) + number
        self._sums = None

    def total(self, first: int | None, last: int) -> int:
        sums = self._sums
        if sums is None:
            self._buckets = sorted(self._numbers)
            sums = self._sums = [0, *accumulate(map(self._numbers.__getitem__, self._buckets))]
        begin = 0 if first is None else bisect_left(self._buckets, first)
        return sums[max(begin, bisect_right(self._buckets, last))] - sums[begin]


def _first(series: Series, span: Span) -> int | None:
    return None if series.running else span.first


class Readings:
    """Everything that a definition's metrics say of some cells."""

    def __init__(self, plan: Plan, cells: Cells, as_of: AsOf) -> None:
        self._plan, self._cells, self._as_of = plan, cells, as_of
        self._definition: Definition = plan.definition

    def running(self, metric: str, window: Window, at_ms: int) -> Reading:
        """The metric over the window as it stands at a moment."""
        return self._read(self._definition.metrics[metric], window, running(self._plan.calendar, window, at_ms))

    def last_complete(self, metric: str, window: Window) -> Reading | None:
        """The metric over the latest span that every partition has been read past; None for a lifetime."""
        if self._as_of.watermark_ms == NEVER:
            return None
        span = last_complete(self._plan.calendar, window, self._as_of.watermark_ms)
        return None if span is None else self._read(self._definition.metrics[metric], window, span)

    def segments(self, metric: str, window: Window, at_ms: int) -> Iterator[Reading]:
        """The metric for each value of each dimension that all its measures are split by."""
        return self._segments(metric, window, running(self._plan.calendar, window, at_ms))

    def last_complete_segments(self, metric: str, window: Window) -> Iterator[Reading]:
        """The same over the span of ``last_complete``; none where there is none."""
        if self._as_of.watermark_ms == NEVER:
            return iter(())
        span = last_complete(self._plan.calendar, window, self._as_of.watermark_ms)
        return iter(()) if span is None else self._segments(metric, window, span)

    def _segments(self, metric: str, window: Window, span: Span) -> Iterator[Reading]:
        shown = self._definition.metrics[metric]
        for dimension in segmented_by(self._definition, metric):
            values = self._shown_values(metric, window, dimension, span)
            for value, raw in values.items():
                yield self._read(shown, window, span, (dimension, value, raw))

    def _shown_values(self, metric: str, window: Window, dimension: str, span: Span) -> dict[str, frozenset[str]]:
        """Segment -> the raw values it stands for: declared ones, then the largest, ``other`` and ``none``."""
        declared = self._definition.dimensions[dimension]
        sizes: dict[str, int] = {}
        for measure in dict.fromkeys(measures_of(self._definition, metric)):
            for value, number in self._cells.parts(self._plan.series[measure, window], dimension, span).items():
                sizes[value] = sizes.get(value, 0) + abs(number)
        named = [value for value in sizes if value not in (NO_VALUE, OVERFLOW, "none", "other")]
        order = [*declared.values, *sorted(named, key=lambda value: (-sizes[value], value))]
        places = list(dict.fromkeys(order))[: max(declared.limit, len(declared.values))]
        segments = {value: frozenset((value,)) for value in places}
        rest = frozenset(named).difference(places) | (sizes.keys() & {OVERFLOW, "other"})
        absent = frozenset(sizes.keys() & {NO_VALUE, "none"})
        return segments | ({"other": rest} if rest else {}) | ({"none": absent} if absent else {})

    def _read(
        self, metric: Metric, window: Window, span: Span, segment: tuple[str, str, frozenset[str]] | None = None
    ) -> Reading:
        numerator, denominator = self._value(metric, window, span, segment)
        value = numerator if denominator is None else numerator / denominator if denominator else None
        return Reading(
            metric=metric.name,
            window=window.label,
            numerator=numerator,
            denominator=denominator,
            value=value,
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            as_of_ms=self._as_of.watermark_ms,
            complete=span.whole and self._as_of.watermark_ms >= span.end_ms,
            final=span.whole and self._as_of.floor_ms >= span.end_ms,
            dimension=segment[0] if segment else WHOLE,
            segment=segment[1] if segment else WHOLE,
        )

    def _value(
        self, metric: Metric, window: Window, span: Span, segment: tuple[str, str, frozenset[str]] | None
    ) -> tuple[Fraction, Fraction | None]:
        match metric.value:
            case model.Plain(measure):
                return self._measure(measure, window, span, segment), None
            case model.Ratio(numerator, denominator):
                over, under = (self._operand(name, window, span, segment) for name in (numerator, denominator))
                return (Fraction(0), Fraction(0)) if over is None or under is None else (over, under)

    def _operand(
        self, name: str, window: Window, span: Span, segment: tuple[str, str, frozenset[str]] | None
    ) -> Fraction | None:
        if name in self._definition.measures:
            return self._measure(name, window, span, segment)
        numerator, denominator = self._value(self._definition.metrics[name], window, span, segment)
        if denominator is None:
            return numerator
        return numerator / denominator if denominator else None

    def _measure(
        self, name: str, window: Window, span: Span, segment: tuple[str, str, frozenset[str]] | None
    ) -> Fraction:
        series, measure = self._plan.series[name, window], self._definition.measures[name]
        if segment is None:
            number = self._cells.total(series, span)
        else:
            number = sum(self._cells.part(series, segment[0], raw, span) for raw in segment[2])
        return Fraction(number, 10**measure.decimals) if isinstance(measure, model.Sum) else Fraction(number)


def segmented_by(definition: Definition, metric: str) -> tuple[str, ...]:
    """The dimensions that every measure of the metric is split by."""
    found = [definition.measures[name].by_dimension for name in measures_of(definition, metric)]
    return tuple(name for name in found[0] if all(name in others for others in found))


def wanted_keys(plan: Plan, at_ms: int, watermark_ms: int) -> dict[str, set[KeySpan]]:
    """The cells that the running and the last complete readings of every metric need, by series."""
    wanted: dict[str, set[KeySpan]] = {}
    for (_, window), series in plan.series.items():
        spans = [running(plan.calendar, window, at_ms)]
        if watermark_ms != NEVER and (complete := last_complete(plan.calendar, window, watermark_ms)):
            spans.append(complete)
        wanted.setdefault(series.name, set()).update(_key_span(series, span.first, span.last) for span in spans)
    return wanted


def keys_between(plan: Plan, metric: str, window: Window, first_ms: int, last_ms: int) -> dict[str, set[KeySpan]]:
    """The cells that a metric over a window needs to be read at any moment from the first to the last."""
    begin, end = (running(plan.calendar, window, at_ms) for at_ms in (first_ms, last_ms))
    wanted: dict[str, set[KeySpan]] = {}
    for measure in measures_of(plan.definition, metric):
        series = plan.series[measure, window]
        wanted.setdefault(series.name, set()).add(_key_span(series, begin.first, end.last))
    return wanted


def _key_span(series: Series, first: int | None, last: int) -> KeySpan:
    begin = None if series.running or first is None else first // CELLS_PER_KEY
    return KeySpan(begin, last // CELLS_PER_KEY)
