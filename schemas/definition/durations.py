"""Lengths of time: ``90s``, ``5m``, ``12h``, ``7d``, ``2w``."""

import re
from typing import Final

from schemas.definition.faults import Faults, quoted
from schemas.definition.nodes import Node
from schemas.definition.reading import Reader, word

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
LONGEST_DAYS: Final = 3660
_UNITS: Final = {"s": 1000, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_DURATION: Final = re.compile(r"(\d{1,9}) ?([smhdw])", re.ASCII)


def split(text: str) -> tuple[int, str] | None:
    """Number and letter; None where it is no duration."""
    match = _DURATION.fullmatch(text)
    return (int(match[1]), match[2]) if match else None


def milliseconds(text: str) -> int | None:
    """None where it is no duration."""
    parts = split(text)
    return parts[0] * _UNITS[parts[1]] if parts else None


def duration(example: str, *, shortest_ms: int = 0, off: bool = False) -> Reader[int]:
    """In milliseconds; ``off`` says that the words off and 0 are allowed."""

    def read(node: Node, faults: Faults) -> int | None:
        text = word(node, faults)
        if text is None:
            return None
        if off and text.lower() in ("off", "0"):
            return 0
        length = milliseconds(text)
        if length is None:
            hint = " (or off)" if off else ""
            faults.add(
                node.place, f"{quoted(text)} is no duration; write one such as {example}{hint}, in s, m, h, d or w"
            )
        elif not shortest_ms <= length <= LONGEST_DAYS * DAY:
            faults.add(node.place, f"{quoted(text)} is not between {shortest_ms // 1000}s and {LONGEST_DAYS}d")
        else:
            return length
        return None

    return read
