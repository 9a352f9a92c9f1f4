"""Files of events, a line or a row each: plain, .gz, or standard input."""

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from schemas.errors import CommandError, in_words
from services.byte_order_mark import without_mark

STANDARD_INPUT = "-"


Numbered = tuple[int, bytes]
"""A line, and its number, from 1."""
Read = Callable[[BinaryIO], Iterator[Numbered]]


def json_lines(file: BinaryIO) -> Iterator[Numbered]:
    """All lines."""
    return enumerate(without_mark(file), 1)


def slices(name: str, size: int, read: Read = json_lines) -> Iterator[list[Numbered]]:
    """What is read of a file, so many at a time; raises CommandError."""
    with _opened(name) as file:
        try:
            whole = read(file)
            while lines := list(islice(whole, size)):
                yield lines
        except (OSError, EOFError, zlib.error) as error:  # also gzip.BadGzipFile
            raise CommandError(f"{name} cannot be read: {error}") from error


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 closed below, apart from what its reader raises
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {in_words(error).lower()}") from error
    with file:
        yield gzip.GzipFile(fileobj=file) if name.endswith(".gz") else file  # type: ignore[misc]  # a binary file too
