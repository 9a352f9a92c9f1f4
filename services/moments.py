"""A moment as people write it."""

from datetime import datetime
from zoneinfo import ZoneInfo


def moment_in(zone: ZoneInfo, text: str) -> int:
    """Epoch milliseconds of ISO 8601, in the zone where it has no offset; raises ValueError."""
    given = datetime.fromisoformat(text)
    zoned = given if given.tzinfo else given.replace(tzinfo=zone)
    return round(zoned.timestamp() * 1000)
