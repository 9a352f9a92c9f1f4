"""Events whose time the worker will refuse, told to whoever sends them.

earlier         latest so far less lateness          latest so far      now + ahead
  too late, perhaps    |           as should be                              |   ahead
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from schemas.definition.model import Source
from schemas.events.publishing import Message
from services.publisher.lines import Reader, WireForm
from streams.events.timestamps import instant
from streams.time.grains import DAY, HOUR, MINUTE

Clock = Callable[[], int]
"""Epoch milliseconds."""
_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (1000, "s"))


class Times:
    """Looks at messages on their way; those that are no events are no matter of ours."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self._source, self._clock = source, clock
        self._read = Reader(WireForm(source).time_path)
        self._latest = -1
        self._bad = self._ahead = self._late = 0

    def watch(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The same messages."""
        for message in messages:
            self._look(message.value)
            yield message

    def told(self) -> Iterator[str]:
        """A line for each thing that is wrong with some."""
        if self._bad:
            yield f"{self._bad:,} without a time that the worker takes: it refuses them"
        if self._ahead:
            span = _span(self._source.ahead_ms)
            yield f"{self._ahead:,} with a time more than {span} ahead of now: the worker refuses them"
        if self._late:
            span = _span(self._source.lateness_ms)
            yield (
                f"{self._late:,} more than {span} older than one sent before: too late for the worker, "
                "where both are of one partition; sort the file by time"
            )

    def _look(self, value: bytes) -> None:
        try:
            (time,) = self._read(value)
        except msgspec.DecodeError:
            return
        at = instant(time) if isinstance(time, str | int) and not isinstance(time, bool) else None
        if not isinstance(at, int):
            self._bad += 1
        elif at > self._clock() + self._source.ahead_ms:
            self._ahead += 1
        else:
            self._late += at < self._latest - self._source.lateness_ms
            self._latest = max(self._latest, at)


def _span(length_ms: int) -> str:
    """As the definition writes it: ``7d``, ``90m``."""
    size, unit = next((one for one in _UNITS if length_ms % one[0] == 0), (1, "ms"))
    return f"{length_ms // size}{unit}"
