"""How time is cut: into instants, even buckets in UTC, or local days.  ``of`` never falls as time rises."""

from typing import Protocol

from streams.time.calendar import Calendar, Times

MINUTE = 60_000
HOUR = 3_600_000
DAY = 86_400_000


class Grain(Protocol):
    """A cut of time into numbered, half-open pieces, each beginning where the one before ends."""

    @property
    def label(self) -> str:
        """As series are named."""

    def of(self, t: int) -> int:
        """The number of the piece that holds the instant ``t``."""

    def column(self, times: Times) -> Times:
        """``of`` for a whole column."""

    def start(self, number: int) -> int:
        """The first instant of this piece."""


class Instants:
    """Every millisecond a piece of its own."""

    label = "exact"

    def of(self, t: int) -> int:
        """Itself."""
        return t

    def column(self, times: Times) -> Times:
        """Itself."""
        return times

    def start(self, number: int) -> int:
        """Itself."""
        return number


class Buckets:
    """Even pieces of ``size_ms``, cut from the epoch in UTC."""

    def __init__(self, size_ms: int) -> None:
        self.size_ms = size_ms

    @property
    def label(self) -> str:
        """In minutes."""
        return f"{self.size_ms // MINUTE}m"

    def of(self, t: int) -> int:
        """The bucket of an instant."""
        return t // self.size_ms

    def column(self, times: Times) -> Times:
        """The bucket of each."""
        return times // self.size_ms

    def start(self, number: int) -> int:
        """The first instant of the bucket."""
        return number * self.size_ms


class Days:
    """The local days of a calendar."""

    label = "day"

    def __init__(self, calendar: Calendar) -> None:
        self.of = calendar.day
        self.column = calendar.days
        self.start = calendar.start
