"""The dates of a definition's text, each made another: what it counts stays as it is."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

_DATE: Final = re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])", re.ASCII)


def with_dates(text: str, move: Callable[[date], date]) -> str:
    """What stands in comments is left alone: those are dates of events."""
    return "".join(_moved(line, move) for line in text.splitlines(keepends=True))


def _moved(line: str, move: Callable[[date], date]) -> str:
    said, sign, comment = line.partition("#")
    return _DATE.sub(lambda found: move(date.fromisoformat(found[0])).isoformat(), said) + sign + comment


def years_later(day: date, years: int) -> date:
    """The same day of another year; a leap day becomes the one before it."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
