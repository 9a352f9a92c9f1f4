"""Times that were meant as epoch seconds, and are milliseconds of the first weeks of 1970 to the worker.

The worker takes them: they are moments like any other.  Nobody means them, so they are told where files are read.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from schemas.definition.model import CloudEventsFormat, Source
from services.publisher.lines import Reader
from streams.time.calendar import Times

BEFORE_MS: Final = 100_000_000_000
"""March 1973; as seconds the year 5138."""
HINT: Final = "with a whole number as time that lies before March 1973: seconds? Whole numbers are milliseconds"


class Seconds:
    """Of one source; in CloudEvents a time is text."""

    def __init__(self, source: Source) -> None:
        self._read = None if isinstance(source.format, CloudEventsFormat) else Reader(source.format.time)

    def count(self, values: Sequence[bytes | None], times: Times) -> int:
        """How many of these good events have such a time; ``times`` are theirs."""
        if self._read is None:
            return 0
        return sum(self._is_number(values[i]) for i in np.flatnonzero(times < BEFORE_MS).tolist())

    def _is_number(self, value: bytes | None) -> bool:
        if self._read is None or value is None:
            return False
        try:
            return isinstance(self._read(value)[0], int)
        except msgspec.DecodeError:
            return False
