"""What the clocks of a zone show at an instant.

Dates, weekdays and the rules of clocks repeat every 400 years; that is how clocks go on where ``datetime`` ends, at the
year 9999.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DAY_MS = 86_400_000
CYCLE_DAYS = 146_097
"""The days of 400 years."""
CYCLE_MS = CYCLE_DAYS * DAY_MS
LAST_DAY = date(9999, 12, 30).toordinal()
"""Up to here ``datetime`` reaches in every zone."""

_LAST_MS = (LAST_DAY - EPOCH.toordinal()) * DAY_MS


def local(zone: ZoneInfo, t: int) -> datetime:
    """Date and time at an instant before the end of the year 9999."""
    return (EPOCH + t * MILLISECOND).astimezone(zone)


def ahead_seconds(zone: ZoneInfo, t: int) -> float:
    """How far the clocks of the zone are ahead of UTC at an instant; west of Greenwich below 0."""
    moment = local(zone, t - _cycles(t) * CYCLE_MS)
    return (moment.replace(tzinfo=UTC) - moment).total_seconds()


def local_date(zone: ZoneInfo, t: int) -> int:
    """The date at any instant, as ``date.toordinal``."""
    cycles = _cycles(t)
    return local(zone, t - cycles * CYCLE_MS).toordinal() + cycles * CYCLE_DAYS


def written(zone: ZoneInfo, t: int) -> str:
    """ISO 8601 of any instant; a year past 9999 has a sign."""
    cycles = _cycles(t)
    text = local(zone, t - cycles * CYCLE_MS).isoformat()
    year = int(text[:4]) + cycles * 400
    return text if not cycles else f"{'+' if year > date.max.year else ''}{year}{text[4:]}"


def _cycles(t: int) -> int:
    """How often 400 years are to be taken off until ``datetime`` knows the instant."""
    return max(0, (t - _LAST_MS) // CYCLE_MS + 1)
