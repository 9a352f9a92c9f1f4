"""What moved a metric: the last complete period beside the one before, of the whole and by segment.

    before [            ) last [            )
                                            | the moment that is asked about, or up to which all has been read

Of a count and a sum the segments' differences add up to that of the whole, exactly: each is told as a part of it too.
Of anything else (a ratio, customers, a quantile) differences of segments stand for themselves.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Final

import msgspec

from schemas.definition.model import Count, Lifetime, Plain, Ratio, RollingSpan, Sum, Window
from schemas.readings import Reading
from services.exporter.answers import Json, about, exact, number, reading_json
from services.exporter.asked import BadRequest, dimensions_of, moment_of, only, window_of
from services.exporter.followed import NothingToShow
from services.exporter.shown import Trust
from streams.plan import Plan
from streams.readings import Readings
from streams.state.port import NEVER
from streams.time.spans import Span, earlier, last_complete

KNOWN: Final = ("window", "at", "dimension")
Pair = tuple[Reading, ...]
"""Before, and last."""


class Asked(msgspec.Struct, frozen=True):
    """``until_ms`` is the end of the piece of time that the moment asked about lies in; None where none was."""

    metric: str
    window: Window
    until_ms: int | None
    dimensions: tuple[str, ...]


def asked_of(plan: Plan, metric: str, query: Mapping[str, str], now_ms: int) -> Asked:
    """Raises BadRequest, also for a window that is never over."""
    only(query, KNOWN)
    window = window_of(plan, metric, query.get("window"))
    if isinstance(window, Lifetime):
        others = [one.label for one in plan.definition.metrics[metric].windows if not isinstance(one, Lifetime)]
        rest = f"ask for {' or '.join(others)}" if others else f"{metric} has no other window"
        raise BadRequest(f"a lifetime is never over, and has none before it; {rest}")
    until_ms = _end(plan, window, moment_of(plan, "at", query["at"], now_ms)) if "at" in query else None
    return Asked(metric, window, until_ms, dimensions_of(plan, metric, query.get("dimension")))


def spans_of(plan: Plan, asked: Asked, watermark_ms: int) -> tuple[Span, Span]:
    """Before, and last; raises NothingToShow where nothing has been read yet."""
    if watermark_ms == NEVER:
        raise NothingToShow(f"no event of {asked.metric} has been read yet")
    until_ms = watermark_ms if asked.until_ms is None else min(asked.until_ms, watermark_ms)
    last = last_complete(plan.calendar, asked.window, until_ms)
    if last is None:
        raise NothingToShow(f"no {asked.window.label} is over yet")
    return earlier(plan.calendar, asked.window, last, 1, over=True), last


def change_json(plan: Plan, asked: Asked, spans: tuple[Span, Span], readings: Readings, trust: Trust) -> Json:
    """The whole of both periods, then of each dimension its segments, by how much they differ."""
    whole, *segments = readings.beside(asked.metric, asked.window, spans, asked.dimensions)
    moved = _moved(whole) if _adds_up(plan, asked.metric) else None
    metric = plan.definition.metrics[asked.metric]
    return about(plan) | {
        "metric": asked.metric,
        "window": asked.window.label,
        "description": metric.description,
        "adds_up": _adds_up(plan, asked.metric),
        "sides": [metric.value.numerator, metric.value.denominator] if isinstance(metric.value, Ratio) else None,
        "last": reading_json(plan, whole[1], trust),
        "before": reading_json(plan, whole[0], trust),
        **_difference(whole),
        "dimensions": list(_by_dimension(segments, moved)),
    }


def _by_dimension(segments: Iterable[Pair], moved: Fraction | None) -> Iterator[Json]:
    for dimension, group in groupby(segments, key=lambda pair: pair[1].dimension):
        pairs = sorted(group, key=_size, reverse=True)
        yield {"dimension": dimension, "segments": [_segment_json(pair, moved) for pair in pairs]}


def _size(pair: Pair) -> Fraction:
    return abs(_moved(pair) or Fraction(0))


def _segment_json(pair: Pair, moved: Fraction | None) -> Json:
    """``part`` is the share of the whole's difference; null where segments do not add up, or it does not differ."""
    before, last = pair
    own = _moved(pair)
    part = own / moved if moved and own is not None else None
    told = {"segment": last.segment, "last": _value_json(last), "before": _value_json(before)}
    return told | _difference(pair) | {"part": number(part)}


def _value_json(reading: Reading) -> Json:
    return {
        "value": number(reading.value),
        "exact": None if reading.value is None else exact(reading.value),
        "numerator": number(reading.numerator),
        "denominator": number(reading.denominator),
    }


def _difference(pair: Pair) -> Json:
    """``growth`` is of what was before; null where that is nothing, or below."""
    moved, before = _moved(pair), pair[0].value
    return {
        "change": number(moved),
        "exact_change": None if moved is None else exact(moved),
        "growth": number(moved / before) if moved is not None and before and before > 0 else None,
    }


def _moved(pair: Pair) -> Fraction | None:
    before, last = (reading.value for reading in pair)
    return None if before is None or last is None else last - before


def _adds_up(plan: Plan, metric: str) -> bool:
    value = plan.definition.metrics[metric].value
    return isinstance(value, Plain) and isinstance(plan.definition.measures[value.measure], Count | Sum)


def _end(plan: Plan, window: Window, at_ms: int) -> int:
    """Of the piece that a moment lies in: all that happened in it is in, as in every reading of the past."""
    if isinstance(window, RollingSpan):
        return (at_ms // window.grain_ms + 1) * window.grain_ms
    return plan.calendar.start(plan.calendar.day(at_ms) + 1)
