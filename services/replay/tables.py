"""Tables among the files that are read: their rows as the lines that ``nsm publish`` would send of them."""

import argparse
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from schemas.errors import CommandError
from services.publisher.flags import columns_of, given, is_table
from services.publisher.lines import Faults
from services.publisher.names import Columns
from services.publisher.table import read_rows, text_of
from services.publisher.uncounted import Counted
from streams.plan import SourcePlan


class Tables(msgspec.Struct, frozen=True):
    """Which files are tables (those of such a name, or ``all_``), and how their columns become events."""

    columns: Columns = Columns()
    all_: bool = False

    def holds(self, name: str) -> bool:
        """Whether the file of this name is one."""
        return self.all_ or is_table(name)

    def rows(self, file: BinaryIO, plan: SourcePlan, faults: Faults) -> Iterator[tuple[int, bytes]]:
        """Each with the number of its line; raises PublishError where the header is unfit."""
        columns = msgspec.structs.replace(self.columns, counted=Counted.by(plan))
        with text_of(file) as text:
            for number, message in read_rows(text, columns, plan.source, faults):
                yield number, message.value


def tables_of(args: argparse.Namespace, files: Sequence[str]) -> Tables:
    """As a command line has them; raises CommandError where it says how a table is read, and there is none."""
    found = Tables(columns_of(args), all_=bool(args.csv))
    if given(args) and not any(map(found.holds, files)):
        raise CommandError("--map, --set, --number and their like are for tables; these files are read as JSON lines")
    return found
