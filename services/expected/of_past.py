"""A metric's past, read from cells, and the bands that follow from it.  Takes long: not for an event loop."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from schemas.definition import model
from schemas.definition.model import Window
from services.expected.band import Band, Past, expect
from services.expected.comparing import Compared, SpecialDays, compared, says
from streams.cells import Cells
from streams.plan import Plan
from streams.readings import AsOf, Readings
from streams.values import Divided


class Point(NamedTuple):
    """The band at a moment."""

    at_ms: int
    band: Band


class Asked(NamedTuple):
    """A metric over a window, all of which was read up to ``as_of_ms``."""

    metric: str
    window: Window
    as_of_ms: int


def bands(plan: Plan, cells: Cells, asked: Asked) -> tuple[Point, ...]:
    """One for each moment that needs its own, in order; those without enough of a past are left out."""
    return tuple(_bands(plan, cells, asked))


def moments(plan: Plan, asked: Asked) -> tuple[int, int] | None:
    """The first and the last moment whose reading a band rests on."""
    found = [t for one in compared(plan, asked.metric, asked.window, asked.as_of_ms) for t in one.at_ms]
    return (min(found), max(found)) if found else None


def _bands(plan: Plan, cells: Cells, asked: Asked) -> Iterator[Point]:
    readings = Readings(plan, cells, AsOf(asked.as_of_ms, asked.as_of_ms))
    special = SpecialDays(plan.definition)
    for one in compared(plan, asked.metric, asked.window, asked.as_of_ms):
        found = [readings.value(asked.metric, asked.window, t) for t in one.at_ms]
        band = _band(found, one, special)
        if band is not None:
            yield Point(one.target_ms, _unfinished(band, asked.window, found[-1]))


def _band(found: list[Divided], one: Compared, special: SpecialDays) -> Band | None:
    values = [None if value is None else float(value) for value in (each.value for each in found)]
    begun = next((n for n, value in enumerate(values) if value), len(values))
    first = begun + one.rhythm.overlap  # the first may hold a part of its window only
    if len(values) - first < one.rhythm.least:
        return None
    said = says(one, first, special)
    if said is None:
        return None
    *sizes, size = one.sizes[first:]
    numbers = np.array([np.nan if value is None else value for value in values[first:]]) / np.array(sizes)
    band = expect(Past(numbers, said, one.rhythm))
    return None if band is None else Band(*(bound * size for bound in band))


def _unfinished(band: Band, window: Window, last: Divided) -> Band:
    """Of a rolling window whose last piece may be empty yet: as much of a sum may be missing.

    A quotient is as it was: what it divides and what it divides by miss the same.
    """
    match window:
        case model.RollingDays(pieces):
            pass
        case model.RollingSpan(span_ms, grain_ms):
            pieces = span_ms // grain_ms
        case _:
            return band
    if last.below is not None:
        return band
    rest = 1 - 1 / pieces
    lower, middle, upper = band
    return Band(lower * rest if lower > 0 else lower, middle, upper * rest if upper < 0 else upper)
