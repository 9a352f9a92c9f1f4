"""Event times as whole milliseconds since 1970, UTC, rounded down; a column at once where it has one form.

Text is RFC 3339 with its looser ISO 8601 cousins: a date, a time to the minute at least, and always an offset.  A whole
number is milliseconds.  A leap second (``:60``) is no time here: 86,400 seconds a day is what every window is built on.
"""

import re
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.events.needs import Reason

Times = NDArray[np.int64]

LATEST: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""

_FORM: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))"
)
_DAY_ONE: Final = date(1970, 1, 1).toordinal()
_LONGEST: Final = 10  # a point and nine digits
_BASE: Final = 19  # YYYY-MM-DDTHH:MM:SS
_DIGITS: Final = np.array([0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])
_MARKS: Final = np.array([4, 7, 10, 13, 16])
_MARKED: Final = np.frombuffer(b"--T::", np.uint8)
_MONTHS: Final = np.arange("1970-01", "2200-01", dtype="datetime64[M]")
_STARTS: Final = _MONTHS.astype("datetime64[D]").astype(np.int64)
_LENGTHS: Final = np.diff(np.append(_STARTS, np.datetime64("2200-01-01", "D").astype(np.int64)))


def parsed(values: list[str | int]) -> tuple[Times, dict[int, tuple[Reason, str]]]:
    """The times, and what is wrong with those that are none (their place in the column means nothing)."""
    kinds = set(map(type, values))
    if kinds == {str}:
        column = _column(values)  # type: ignore[arg-type]  # the line above
        if column is not None:
            return column, {}
    times, wrong = np.zeros(len(values), np.int64), {}
    for i, value in enumerate(values):
        one = instant(value)
        if isinstance(one, int):
            times[i] = one
        else:
            wrong[i] = one
    return times, wrong


def instant(value: str | int) -> int | tuple[Reason, str]:
    """Milliseconds, or why there are none."""
    at = _of_text(value) if isinstance(value, str) else value
    if at is None:
        return "bad_time", "no date and time with an offset"
    if at < 0:
        return "absurd_time", "before 1970"
    return at if at <= LATEST else ("bad_time", "after the year 9999")


def _of_text(text: str) -> int | None:
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = found.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _DAY_ONE
    except ValueError:
        return None
    h, m, s = int(hour), int(minute), int(second or 0)
    off_h, off_m = int(hours or 0), int(minutes or 0)
    if h > 23 or m > 59 or s > 59 or off_h > 23 or off_m > 59:  # noqa: PLR2004
        return None
    offset = (off_h * 60 + off_m) * (-1 if sign == "-" else 1)
    whole = days * 86_400 + h * 3600 + (m - offset) * 60 + s
    return whole * 1000 + int((fraction or "")[:3].ljust(3, "0"))


def _column(texts: list[str]) -> Times | None:
    """All at once, if all are UTC in the form of the first, digits and marks in the same columns, and 1970 to 2199."""
    length, first = len(texts[0]), texts[0]
    suffix = "Z" if first.endswith("Z") else "+00:00"
    fraction = length - _BASE - len(suffix)
    if fraction < 0 or fraction == 1 or fraction > _LONGEST or not {length}.issuperset(map(len, texts)):
        return None
    joined = "".join(texts).encode()
    if len(joined) != length * len(texts):
        return None
    matrix = np.frombuffer(joined, np.uint8).reshape(-1, length)
    tail = np.frombuffer(("." * (fraction > 0) + suffix).encode(), np.uint8)
    marks = [*_MARKS, *([_BASE] if fraction else []), *range(length - len(suffix), length)]
    if not (matrix[:, marks] == np.append(_MARKED, tail)).all():
        return None
    digits = matrix[:, [*_DIGITS, *range(_BASE + 1, _BASE + fraction)]].T - np.uint8(48)
    if (digits > 9).any():  # noqa: PLR2004
        return None
    return _of_digits(digits.astype(np.int64))


def _of_digits(d: Times) -> Times | None:
    """``d`` holds one digit of all texts a row: YYYYMMDDHHMMSS and up to nine of fraction."""
    mm, day, hour, minute, second = (d[i] * 10 + d[i + 1] for i in (4, 6, 8, 10, 12))
    month = (d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3] - 1970) * 12 + mm - 1
    if month.min() < 0 or month.max() >= len(_STARTS) or mm.min() < 1 or mm.max() > 12:  # noqa: PLR2004
        return None
    if hour.max() > 23 or minute.max() > 59 or second.max() > 59:  # noqa: PLR2004
        return None
    if day.min() < 1 or (day > _LENGTHS[month]).any():
        return None
    at: Times = ((((_STARTS[month] + day - 1) * 24 + hour) * 60 + minute) * 60 + second) * 1000
    for digit, weight in zip(d[14:17], (100, 10, 1), strict=False):
        at += digit * weight
    return at
