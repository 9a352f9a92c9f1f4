"""Cells become readings: window sums, then exact rationals, rounded only where they are shown."""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from schemas.definition import model
from schemas.definition.model import Definition, Window
from schemas.readings import WHOLE, Pace, Reading
from streams.cells import Cells
from streams.plan import Plan, measures_of, waits
from streams.restating.at_first import Restatements
from streams.segmentation import shared_by
from streams.shown_segments import ShownSegments
from streams.state.port import NEVER
from streams.sums import Sums
from streams.time.spans import Span, earlier, last_complete, running
from streams.values import Divided, Look, Segment, Values
from streams.volumes import Volumes


class AsOf(msgspec.Struct, frozen=True):
    """Up to which moment every partition has been read, and below which moment nothing will be accepted any more."""

    watermark_ms: int
    floor_ms: int


class Readings:
    """Everything that a definition's metrics say of some cells."""

    def __init__(self, plan: Plan, cells: Cells, as_of: AsOf) -> None:
        self._plan, self._sums, self._as_of = plan, Sums(cells), as_of
        self._definition: Definition = plan.definition
        self._values, self._restatements = Values(plan, self._sums), Restatements(plan, cells, self._sums)
        self._volumes, self._shown = Volumes(plan, self._values), ShownSegments(plan, self._sums)
        self._waiting: dict[tuple[str, str | None], int] = {}

    def running(self, metric: str, window: Window, at_ms: int) -> Reading:
        """The metric over the window as it stands at a moment, with its pace."""
        return self._with_pace(metric, window, running(self._plan.calendar, window, at_ms))

    def value(self, metric: str, window: Window, at_ms: int) -> Divided:
        """What ``running`` comes to, without all that is told beside it, which costs more: for thousands of moments."""
        return self._values.of(metric, self._look(window, running(self._plan.calendar, window, at_ms)))

    def over(self, metric: str, window: Window, span: Span) -> Reading:
        """The metric over a whole span of the window."""
        return self._read(metric, self._look(window, span))

    def last_complete(self, metric: str, window: Window) -> Reading | None:
        """The metric over the latest span that every partition has been read past; None for a lifetime."""
        span = self._last_span(window)
        return None if span is None else self._read(metric, self._look(window, span))

    def segments(
        self, metric: str, window: Window, at_ms: int, dimensions: Collection[str] | None = None
    ) -> Iterator[Reading]:
        """The metric for each value of each dimension that all its measures are split by, with its pace.

        ``dimensions`` may name fewer of these.
        """
        span = running(self._plan.calendar, window, at_ms)
        shown = self._shown.of(metric, window, (span,), at_ms, dimensions)
        return (self._with_pace(metric, window, span, segment) for segment in shown)

    def segments_now(self, metric: str, window: Window, at_ms: int) -> Iterator[tuple[Reading, Reading | None]]:
        """Each segment as it stands at a moment, and over the span of ``last_complete``, None where there is none.

        Those that were there only in the latter are among them, so that none is lost when a period begins.
        """
        now, last = running(self._plan.calendar, window, at_ms), self._last_span(window)
        spans = (now,) if last is None else (now, last)
        for segment in self._shown.of(metric, window, spans, at_ms):
            over = None if last is None else self._read(metric, self._look(window, last, segment))
            yield self._with_pace(metric, window, now, segment), over

    def beside(
        self, metric: str, window: Window, spans: Sequence[Span], dimensions: Collection[str]
    ) -> Iterator[tuple[Reading, ...]]:
        """The metric over each of some spans, the last of them the latest: of the whole, then of each segment.

        A segment stands for the same raw values in all of them, so those of a count or a sum add up in each.
        """
        looks = [self._look(window, span) for span in spans]
        yield tuple(self._read(metric, look) for look in looks)
        for segment in self._shown.of(metric, window, spans, spans[-1].end_ms - 1, dimensions):
            yield tuple(self._read(metric, look._replace(segment=segment)) for look in looks)

    def _last_span(self, window: Window) -> Span | None:
        if self._as_of.watermark_ms == NEVER:
            return None
        return last_complete(self._plan.calendar, window, self._as_of.watermark_ms)

    def _look(self, window: Window, span: Span, segment: Segment | None = None) -> Look:
        return Look(window, span, span.whole and self._as_of.watermark_ms >= span.end_ms, segment)

    def _with_pace(self, metric: str, window: Window, span: Span, segment: Segment | None = None) -> Reading:
        look = self._look(window, span, segment)
        return self._read(metric, look, self._pace(metric, look))

    def _pace(self, metric: str, look: Look) -> Pace | None:
        """None where nothing is before it, and until all of what is before it has been read."""
        if not isinstance(look.window, model.Calendar):
            return None
        span = earlier(self._plan.calendar, look.window, look.span, 1, over=False)
        if span.start_ms is None or self._as_of.watermark_ms < span.end_ms:
            return None
        found = self._values.of(metric, look._replace(span=span, over=False))
        value = found.value
        if value is None:
            return None
        return Pace(
            value=value, numerator=found.above, denominator=found.below, start_ms=span.start_ms, end_ms=span.end_ms
        )

    def _read(self, metric: str, look: Look, pace: Pace | None = None) -> Reading:
        found, span = self._values.of(metric, look), look.span
        waits_ms = self._waits(metric, look.segment)
        return Reading(
            metric=metric,
            window=look.window.label,
            numerator=found.above,
            denominator=found.below,
            value=found.value,
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            as_of_ms=self._as_of.watermark_ms,
            complete=look.over,
            final=span.whole and self._as_of.floor_ms >= span.end_ms + waits_ms,
            dimension=look.segment.dimension if look.segment else WHOLE,
            segment=look.segment.name if look.segment else WHOLE,
            pace=pace,
            volume=self._volumes.of(metric, look),
            restated=self._restatements.of(metric, look, found, grows=waits_ms > 0) if look.over else None,
        )

    def _waits(self, metric: str, segment: Segment | None) -> int:
        """How long after its end a span may still change with events that are not late.

        As a conversion waits, and an entity that has not settled for a segment.
        """
        key = metric, segment and segment.dimension
        if key not in self._waiting:
            names = {segment.dimension} if segment else shared_by(self._definition, metric)
            dimensions = [self._definition.dimensions[name] for name in names]
            under = (self._definition.measures[name] for name in measures_of(self._definition, metric))
            self._waiting[key] = max((waits(one, dimensions) for one in under), default=0)
        return self._waiting[key]
