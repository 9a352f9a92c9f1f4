"""A reading: a metric's value at a moment, and all that a reader needs to trust it."""

from fractions import Fraction

import msgspec

WHOLE = ""
"""The dimension and segment of a reading over everything."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """What a metric of a calendar window was over the same elapsed days of the period before, [start, end)."""

    value: Fraction
    numerator: Fraction
    denominator: Fraction | None
    start_ms: int
    end_ms: int


class Restated(msgspec.Struct, frozen=True, kw_only=True):
    """What a reading came to when its span was first over, and by how much late events have changed it since.

    ``value`` is None where it did not exist then, and where it is not known: of what grows by itself after its end
    (``Reading.final`` tells until when).  ``by`` is None where it does not exist, now or without them.
    """

    value: Fraction | None
    by: Fraction | None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One metric over one window, of the whole or of one segment.

    ``value`` is exact; None where it does not exist (a ratio over nothing, or arithmetic on what is missing: then both
    numerator and denominator are 0).  ``denominator`` is None where nothing is divided last.  The window reads the
    pieces of time from ``start_ms`` (None: the beginning) to ``end_ms``, half open.  ``as_of_ms`` is the moment up to
    which every partition has been read; ``complete`` says that it lies past ``end_ms`` and that the reading reaches
    that far, ``final`` that no late event will be accepted any more for it.  ``pace`` is None where there is nothing to
    compare with, ``restated`` where nothing came late for what was complete.  ``volume`` is how much the value stands
    on where neither it nor the denominator says so (``streams.volumes``): of a quantile how many amounts there are.
    """

    metric: str
    window: str
    numerator: Fraction
    denominator: Fraction | None
    value: Fraction | None
    start_ms: int | None
    end_ms: int
    as_of_ms: int
    complete: bool
    final: bool
    dimension: str = WHOLE
    segment: str = WHOLE
    pace: Pace | None = None
    restated: Restated | None = None
    volume: Fraction | None = None
