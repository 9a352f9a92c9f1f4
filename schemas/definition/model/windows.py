"""The spans of time that a metric is read over."""

from enum import StrEnum

import msgspec


class Unit(StrEnum):
    """Calendar periods, in the company's time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Calendar(msgspec.Struct, frozen=True, tag="calendar"):
    """The running period, from its local start."""

    unit: Unit

    @property
    def label(self) -> str:
        """As readings, series and addresses name it."""
        return self.unit.value


class RollingDays(msgspec.Struct, frozen=True, tag="days"):
    """The last local days, the running one included."""

    days: int

    @property
    def label(self) -> str:
        """As readings, series and addresses name it."""
        return f"{self.days}d"


class RollingSpan(msgspec.Struct, frozen=True, tag="span"):
    """The last buckets of ``grain_ms`` (cut in UTC), the running one included; ``span_ms`` is a multiple of it."""

    span_ms: int
    grain_ms: int = 300_000

    @property
    def label(self) -> str:
        """As readings, series and addresses name it."""
        minutes = self.span_ms // 60_000
        return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


class Lifetime(msgspec.Struct, frozen=True, tag="lifetime"):
    """Everything since the first event."""

    @property
    def label(self) -> str:
        """As readings, series and addresses name it."""
        return "lifetime"


Window = Calendar | RollingDays | RollingSpan | Lifetime
