"""A reading: a metric's value at a moment, and all that a reader needs to trust it."""

from fractions import Fraction

import msgspec

WHOLE = ""
"""The dimension and segment of a reading over everything."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One metric over one window, of the whole or of one segment.

    ``value`` is exact; None where it does not exist (a ratio over nothing).  ``denominator`` is None where there is
    none. The window reads the pieces of time from ``start_ms`` (None: the beginning) to ``end_ms``, half open.
    ``as_of_ms`` is the moment up to which every partition has been read; ``complete`` says that it lies past
    ``end_ms`` and that the reading reaches that far, ``final`` that no late event will be accepted any more for it.
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
