"""Two values of a definition compared, in words of its file."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from schemas.definition.model import FlatFormat, Value
from services.definition.as_written import length, written

IN_THE_FILE: Final = {"windows": "window"}
"""What the file calls a field that is named otherwise here."""


def fields(what: str, one: Any, other: Any) -> Iterator[str]:
    """Each field of two values of one kind, or of a measure with what it is split by."""
    if isinstance(one, tuple):
        (one, properties), (other, others) = one, other
        if properties != others and one.by_dimension == other.by_dimension:
            yield f"{what} is split by {written(others)} instead of {written(properties)}"
    if type(one) is not type(other):
        yield f"{what} is a {_kind(other)} instead of a {_kind(one)}"
        return
    for field, name in zip(one.__struct_fields__, one.__struct_encode_fields__, strict=True):
        yield from _field(f"{what}: {IN_THE_FILE.get(name, name)}", getattr(one, field), getattr(other, field))


def _field(what: str, old: Any, new: Any) -> Iterator[str]:
    if what.endswith("_ms"):
        yield from told(what.removesuffix("_ms"), length(old), length(new))
    elif isinstance(old, FlatFormat) and isinstance(new, FlatFormat):
        yield from fields(what, old, new)
    elif isinstance(old, Value):
        yield from told(what.removesuffix(": value"), old, new)
    else:
        yield from told(what, old, new)


def told(what: str, one: object, other: object) -> Iterator[str]:
    """Nothing where they are the same, also to the eye."""
    if one == other and repr(one) == repr(other):
        return
    old, new = written(one), written(other)
    if old == new:  # two kinds of one word: 1 and 1.0
        old, new = (msgspec.json.encode(value).decode() for value in (one, other))
    yield f"{what}: {new} instead of {old}"


def _kind(value: object) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(value).__name__).lower()
