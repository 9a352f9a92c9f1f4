"""The mark with which some programs begin a file of UTF-8: it says nothing, and belongs to no line."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator


def without_mark(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of one file, from its first."""
    for number, line in enumerate(lines):
        yield line if number else line.removeprefix(BOM_UTF8)
