"""``nsm board``: the north star in the terminal, live."""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from schemas.definition.loading import load
from schemas.errors import CommandError
from services.board.alerts import Alerts, ask_alerts
from services.board.asking import PATIENCE_S
from services.board.beside import Beside
from services.board.draw import board, notice
from services.board.drawn.colours import FAINT
from services.board.exporter import Exporter
from services.board.keys import keys
from services.board.view import View
from services.board.watch import Watch
from services.definition.not_served import way_on
from services.no_answer import what_helps
from services.settings import settings
from services.trimmed import Trimmed
from streams.plan import Plan, compile_plan

EVERY_S = 1.0
HERE = Path("nsm.yaml")
BELOW = 2
"""Lines beneath the board."""
START_ANEW = (
    "it counts otherwise; end nsm up and start it again with this file, or run nsm worker and nsm exporter with it "
    "beside the others"
)
OWN_STACK = "start nsm up in its folder, or say with NSM_EXPORTER where its exporter is"
QUIT = frozenset("qQ\x03\x04")


def nothing() -> None:
    """Between rounds there is nothing to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, help="the definition that the exporter should show (nsm.yaml, if it is here)"
    )
    parser.add_argument("--once", action="store_true", help="print once and end, as where there is no terminal")


def run(args: argparse.Namespace) -> int:
    """Where the exporter is, NSM_EXPORTER or the running stack says."""
    file = args.file or (HERE if HERE.exists() else None)
    wanted = None if file is None else compile_plan(load(file))
    where = settings()
    watch = Watch(Exporter(where.exporter), alerts=alerts_of(where.prometheus, where.alertmanager))
    if args.once or not (sys.stdout.isatty() and sys.stdin.isatty()):
        return print_once(watch, wanted)
    return show(watch, wanted)


def alerts_of(prometheus: str, alertmanager: str) -> Beside[Alerts]:
    """Those that fire, asked for beside the board: who does not answer does not hold it up."""
    return Beside(lambda: ask_alerts(prometheus, alertmanager, datetime.now(UTC)))


def print_once(watch: Watch, wanted: Plan | None = None) -> int:
    """1 where there is nothing to show.  Looks twice, for a rate needs two looks."""
    watch.look()
    if not watch.trouble:
        time.sleep(EVERY_S)
        watch.wait_for_alerts(2 * PATIENCE_S)
        watch.look()
    if watch.trouble or watch.view is None:
        raise CommandError(f"{watch.trouble}\n{what_helps('exporter')}")
    console = Console(highlight=False)
    console.print(Trimmed(board(watch.view, watch.now(), console.width)))
    different = _difference(watch, wanted)
    if different:
        print(different, file=sys.stderr)
    return 0


def show(watch: Watch, wanted: Plan | None = None, meanwhile: Callable[[], None] = nothing, footer: str = "") -> int:
    """Until q or Ctrl-C; ``meanwhile`` is called between rounds, ``footer`` stands beneath the board."""
    console = Console(highlight=False)
    with keys() as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        try:
            while True:
                watch.look()
                meanwhile()
                due = time.monotonic() + EVERY_S
                below = Text("   ".join(filter(None, ("q ends", footer))), FAINT, no_wrap=True, overflow="ellipsis")
                picture = _picture(watch, wanted, console.width, console.height - BELOW)
                live.update(Group(picture, Text(""), below), refresh=True)
                while (left := due - time.monotonic()) > 0:
                    if pressed(left) in QUIT:
                        return 0
        except KeyboardInterrupt:
            return 0


def _picture(watch: Watch, wanted: Plan | None, width: int, height: int) -> RenderableType:
    now = watch.now()
    trouble = watch.trouble or _difference(watch, wanted)
    if trouble or watch.view is None:
        return notice(trouble, watch.view, now, width, height)
    return board(watch.view, now, width, height)


def _difference(watch: Watch, wanted: Plan | None) -> str:
    if wanted is None or watch.view is None:
        return ""
    shown = watch.view.company
    own = wanted.definition.company
    if shown.name != own:
        return f"the exporter shows {shown.name}, but the file is that of {own}: {OWN_STACK}"
    if shown.definition == wanted.version:
        return ""
    return (
        f"the exporter shows version {shown.definition}, but the file is version {wanted.version}: "
        f"{_way_on(watch.view, wanted.version)}"
    )


def _way_on(view: View, wanted: str) -> str:
    """What is to be done, or waited for, until the file's version is shown."""
    serving = view.company.serving
    if wanted == serving.served:
        return f"{wanted} is served, and shown as soon as nothing of it stands behind what was shown"
    return way_on(wanted, serving) or START_ANEW
