"""Files of events, one JSON object a line: plain, .gz, or standard input."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from schemas.errors import CommandError, in_words
from services.byte_order_mark import without_mark

STANDARD_INPUT = "-"


def slices(name: str, size: int) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of a file, so many at a time, with the number of the first (from 1); raises CommandError."""
    begin = 1
    with _opened(name) as file:
        whole = without_mark(file)
        try:
            while lines := list(islice(whole, size)):
                yield begin, lines
                begin += len(lines)
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
