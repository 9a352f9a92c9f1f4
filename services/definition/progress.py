"""How far what is new has been folded, on a terminal; nothing where there is none."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from services.definition.backfill import Told


@contextmanager
def show_progress() -> Iterator[Told]:
    """What takes the number of events read, and of all."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    columns = (TextColumn("{task.completed:,} events read again"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda read, number: bar.update(task, completed=read, total=number)
