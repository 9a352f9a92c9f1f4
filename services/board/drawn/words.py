"""How values, spans and moments are said."""

from datetime import date

from services.board.digits import short
from services.board.history import REACH
from services.board.view import Line

SPANS = ((86_400, "days"), (3_600, "h"), (60, "min"))


def with_unit(value: float | None, unit: str) -> str:
    """``1,234 USD``; no unit without a value."""
    return short(value) if value is None or not unit else f"{short(value)} {unit}"


def age(seconds: float) -> str:
    """In the largest unit of which there are two."""
    for size, name in SPANS:
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"


def window(line: Line) -> str:
    """What ``value`` is of."""
    return f"{line.window}, so far" if line.is_calendar else line.window


def judged_window(label: str) -> str:
    """What is held against limits and paths: no period that still runs."""
    return f"last full {label}" if label in REACH else label


def by(day: date | None) -> str:
    """``by 2027-12-31``, or nothing."""
    return f"by {day}" if day else ""


def percent(share: float) -> str:
    """Cut off, not rounded: what is not there yet is not told as 100 %."""
    cut = int(share * 1000 + 1e-9) / 10
    return f"{cut:.1f}%"
