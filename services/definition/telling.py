"""Two values of a definition compared, in words of its file."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec

LETTERS: Final = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))

TOLD: Final = 80
"""Characters of a value in a sentence."""


def fields(what: str, one: Any, other: Any) -> Iterator[str]:
    """Each field of two values of one kind, or of a measure with what it is split by."""
    if isinstance(one, tuple):
        (one, properties), (other, others) = one, other
        if properties != others and one.by_dimension == other.by_dimension:
            yield f"{what}: {_shortly(others)} instead of {_shortly(properties)}"
    if type(one) is not type(other):
        yield f"{what} is a {type(other).__name__.lower()} instead of a {type(one).__name__.lower()}"
        return
    for field, name in zip(one.__struct_fields__, one.__struct_encode_fields__, strict=True):
        old, new = getattr(one, field), getattr(other, field)
        if name.endswith("_ms"):
            yield from told(f"{what}: {name.removesuffix('_ms')}", _length(old), _length(new))
        else:
            yield from told(f"{what}: {name}", old, new)


def told(what: str, one: object, other: object) -> Iterator[str]:
    """Nothing where they are the same, also to the eye."""
    if one != other or repr(one) != repr(other):
        yield f"{what}: {_shortly(other)} instead of {_shortly(one)}"


def _length(milliseconds: int | None) -> str | None:
    """As the file writes it: the largest of its units that fits without a remainder."""
    if not milliseconds:
        return None
    for letter, unit in LETTERS:
        if milliseconds % unit == 0:
            return f"{milliseconds // unit}{letter}"
    return f"{milliseconds} ms"


def _shortly(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, date):
        return value.isoformat()
    text = value if isinstance(value, str) and value else msgspec.json.encode(value).decode()
    return text if len(text) <= TOLD else text[: TOLD - 3] + "..."
