"""How far a file is, on a terminal; nothing where there is none."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

Told = Callable[[int], None]


@contextmanager
def show_progress(name: str, file: BinaryIO, what: str) -> Iterator[Told]:
    """What takes the number of events sent, or read (``what``).

    The bar's length is the share of the file's bytes that was read.
    """
    if not sys.stdout.isatty():
        yield lambda _: None
        return
    path = Path(name)
    total = path.stat().st_size if path.is_file() else None
    events = TextColumn(f"{{task.fields[events]}} events {what}")
    columns = (events, BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(), transient=True) as bar:
        task = bar.add_task("", total=total, events="0")

        def told(events: int) -> None:
            bar.update(task, completed=file.tell() if total is not None else 0, events=f"{events:,}")

        yield told
