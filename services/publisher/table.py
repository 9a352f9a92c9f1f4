"""Events from a table: one row an event, columns mapped to what an event has.

A column goes to the property of its own name unless it is mapped: ``id``, ``type`` and ``time`` are the event's own,
every other name is a property.  Cells are text except those declared numbers; an empty cell is no value at all.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, TextIO

from schemas.definition.model import Source
from schemas.errors import PublishError
from schemas.events.publishing import Event, Message, encode
from services.publisher.lines import Faults
from services.publisher.names import OWN, Columns, check_names
from services.publisher.sizes import sized

_NUMBERS = {sign: re.compile(rf"[+-]?(\d+([{sign}]\d*)?|[{sign}]\d+)([eE][+-]?\d+)?", re.ASCII) for sign in (".", ",")}
"""By what begins a fraction.  Python's own readers also take 1_000, other scripts' digits, nan and infinity."""
_FRACTION = re.compile("[.eE]")
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class Table:
    """How the rows under one header become events; raises PublishError where the header cannot answer."""

    def __init__(self, header: list[str], columns: Columns, source: Source) -> None:
        _check_header(header)
        unknown = sorted(set(columns.mapped.values()) - set(header))
        if unknown:
            raise PublishError(f"the table has no column {', '.join(unknown)}; it has {', '.join(header)}")
        own = {name: name for name in header if name not in columns.mapped.values()}
        places = own | columns.mapped
        check_names(columns, source, places.keys() | columns.constants.keys(), header)
        self._width = len(header)
        self._cells = [(name, header.index(column)) for name, column in places.items() if name not in columns.constants]
        self._columns = columns
        self._constants = {name: self._constant(name, text) for name, text in columns.constants.items()}

    def event(self, row: list[str]) -> Event:
        """The event of a row; raises ValueError with a reason."""
        if len(row) != self._width:
            raise ValueError(f"{len(row)} cells, the header has {self._width}")
        found: dict[str, Any] = dict(self._constants)
        for name, place in self._cells:
            if row[place]:
                found[name] = self._value(name, row[place])
        own = {name: found.pop(name, "") for name in OWN}
        return Event(id=own["id"], type=own["type"], time=self._time(own["time"]), properties=found)

    def _value(self, name: str, cell: str) -> str | int | Decimal:
        if name not in self._columns.numbers:
            return cell
        text, sign = cell.strip(), self._columns.decimal
        if not _NUMBERS[sign].fullmatch(text):
            raise ValueError(f"{name} is no number, as 1000 and -12{sign}50 are")
        text = text.replace(sign, ".")
        return Decimal(text) if _FRACTION.search(text) else int(text)

    def _constant(self, name: str, text: str) -> str | int | Decimal:
        try:
            return self._value(name, text)
        except ValueError as error:
            raise PublishError(f"--set {name}={text}: {error}") from None

    def _time(self, cell: str) -> datetime:
        try:
            time = datetime.fromisoformat(cell)
        except ValueError:
            raise ValueError("its time is not ISO 8601, as 2027-03-28T14:30:00+02:00") from None
        if time.utcoffset() is not None:
            return time
        if self._columns.zone is None:
            raise ValueError("its time has no offset: say with --time-zone where it is from, as Europe/Amsterdam")
        return time.replace(tzinfo=self._columns.zone)


def _check_header(header: list[str]) -> None:
    """Raises PublishError where it does not name each column once, or is cut by another sign than it should."""
    if any("\udc80" <= sign <= "\udcff" for name in header for sign in name):
        raise PublishError("the table is not UTF-8 text: its first line cannot be read")
    other = next((sign for sign in _SEPARATORS if len(header) == 1 and sign in header[0]), "")
    if other:
        say = "tab" if other == "\t" else f"'{other}'"
        raise PublishError(
            f"the table's first line is one column, with a {_SEPARATORS[other]} in it: --delimiter {say}, "
            "if that is what cuts it"
        )
    twice = [name for name, number in Counter(header).items() if name and number > 1]
    if twice:
        raise PublishError(f"the table has two columns {twice[0]}: which of them is meant?")


def read_table(lines: Iterable[str], columns: Columns, source: Source, faults: Faults) -> Iterator[Message]:
    """The messages of all rows; bad ones are noted and left out.  Raises PublishError where the header is unfit."""
    for number, message in read_rows(lines, columns, source, faults):
        try:
            yield sized(message)
        except ValueError as error:
            faults.note(number, str(error))


@contextmanager
def text_of(lines: BinaryIO) -> Iterator[TextIO]:
    """As ``read_rows`` takes it: UTF-8, with or without its mark, where what is none can be told by its row."""
    text = io.TextIOWrapper(lines, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        with suppress(ValueError):  # whose file was closed before
            text.detach()  # it is closed by who opened it


def read_rows(lines: Iterable[str], columns: Columns, source: Source, faults: Faults) -> Iterator[tuple[int, Message]]:
    """As ``read_table``, each with the number of its last line."""
    rows = csv.reader(lines, delimiter=columns.delimiter)
    try:
        header = next((row for row in rows if row), None)
    except csv.Error as error:
        raise PublishError(f"the table's first line is no header: {error}; is a quote not closed?") from error
    if header is None:
        raise PublishError("the table is empty: its first line names the columns")
    table = Table(header, columns, source)
    while True:
        try:
            row = next(rows)
            if row:
                yield rows.line_num, encode(table.event(row), source)
        except StopIteration:
            return
        except UnicodeEncodeError:
            faults.note(rows.line_num, "it is not UTF-8 text")
        except (ValueError, PublishError, csv.Error) as error:
            faults.note(rows.line_num, str(error))
