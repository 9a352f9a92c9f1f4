"""A file of events read as messages: JSON lines or a table, plain or gzip, once or as often as it can be."""

import argparse
import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from schemas.errors import PublishError, in_words
from schemas.events.publishing import Message
from services.byte_order_mark import without_mark
from services.publisher.flags import columns_of, is_table
from services.publisher.lines import Faults, WireForm, read_lines
from services.publisher.shift import shifted, span_to
from services.publisher.table import read_table, text_of
from services.publisher.uncounted import Counted
from streams.plan import SourcePlan

STANDARD_INPUT = "-"


class Reading:
    """One file, as the command line says that it is to be read."""

    def __init__(self, args: argparse.Namespace, plan: SourcePlan) -> None:
        """Raises PublishError where nothing can be moved to now, as was asked for."""
        self._args, self._source = args, plan.source
        self._counted, self._form = Counted.by(plan), WireForm(plan.source)
        self._span = self._span_to_now() if args.shift_to_now else None

    @property
    def again(self) -> bool:
        """Whether it can be read more than once: standard input and pipes cannot."""
        return self._args.file != STANDARD_INPUT and Path(self._args.file).is_file()

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes as they lie there; raises PublishError."""
        if self._args.file == STANDARD_INPUT:
            yield sys.stdin.buffer
            return
        with ExitStack() as stack:
            try:
                file = stack.enter_context(Path(self._args.file).open("rb"))
            except OSError as error:
                raise PublishError(f"{self._args.file} cannot be read: {in_words(error)}") from error
            yield file

    def messages(self, file: BinaryIO, faults: Faults, *, send_invalid: bool = False) -> Iterator[Message]:
        """Of what ``open`` gave.  Raises PublishError where the header of a table is unfit, or the file damaged."""
        try:
            yield from self._messages(file, faults, send_invalid=send_invalid)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise PublishError(f"{self._args.file} is damaged: {error}") from error

    def _messages(self, file: BinaryIO, faults: Faults, *, send_invalid: bool) -> Iterator[Message]:
        lines = self._unpacked(file)
        if self._args.csv or is_table(self._args.file):
            with text_of(lines) as text:
                yield from read_table(text, columns_of(self._args, self._counted), self._source, faults)
            return
        moved: Iterable[bytes] = without_mark(lines)
        if self._span is not None:
            moved = shifted(moved, self._form.time_path, self._span)
        yield from read_lines(moved, self._form, faults, send_invalid=send_invalid)

    def _unpacked(self, file: BinaryIO) -> BinaryIO:
        if not self._args.file.endswith(".gz"):
            return file
        unpacked: BinaryIO = gzip.GzipFile(fileobj=file)  # type: ignore[assignment]
        return unpacked

    def _span_to_now(self) -> timedelta:
        with self.open() as file:
            return span_to(datetime.now(UTC), without_mark(self._unpacked(file)), self._form.time_path)
