"""``nsm up``: everything on this machine, until Ctrl-C."""

import argparse
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from schemas.definition.faults import nearest, quoted
from schemas.definition.loading import load
from schemas.errors import StackError
from services.local.not_served import serving_of, told
from services.local.stack import OPTIONAL, Options, Stack
from services.topics import PARTITIONS
from services.trimmed import Trimmed
from streams.plan import compile_plan

DATA: Final = Path(".nsm")
NEXT: Final = "In another terminal, in this folder: nsm publish FILE sends events, nsm board shows the number."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")
    parser.add_argument("--data", type=Path, default=DATA, help="where data and logs are kept (.nsm)")
    parser.add_argument(
        "--without", type=_names, default=frozenset(), metavar="PART,...", help=f"leave out: {', '.join(OPTIONAL)}"
    )
    parser.add_argument(
        "--workers", type=_at_least_one, default=1, help="worker processes that share the partitions (1)"
    )
    parser.add_argument(
        "--partitions", type=_at_least_one, default=PARTITIONS, help=f"of topics that are made ({PARTITIONS})"
    )


def run(args: argparse.Namespace) -> int:
    console = Console(highlight=False)
    options = Options(
        data=args.data,
        without=args.without,
        workers=args.workers,
        partitions=args.partitions,
        say=lambda line: console.print(line, style="dim", markup=False),
    )
    return up(args.file, options, console)


def up(definition: Path, options: Options, console: Console) -> int:
    """0 when someone ended it, 1 when a part did."""
    with Stack(definition, options) as stack:
        console.print(Trimmed(what_runs(stack)))
        plan = compile_plan(load(definition))
        serving = serving_of(stack.redis, plan.definition.company)
        if said := told(plan, serving, folds="worker" not in options.without):
            console.print(said, markup=False, soft_wrap=True)
        if options.data == DATA:  # of a stack elsewhere other commands have to be told
            console.print(NEXT, soft_wrap=True)
        console.print("Ctrl-C ends all of it.")
        try:
            stack.watch()
        except KeyboardInterrupt:
            return 0
        except StackError as error:
            Console(stderr=True, highlight=False).print(str(error), markup=False, soft_wrap=True)
    return 1


def what_runs(stack: Stack) -> Table:
    """A row a part: where it is, its process, its log."""
    table = Table("part", "where", "process", "log", box=None, pad_edge=False)
    for name in ("kafka", "redis"):
        if all(part.name != name for part, _ in stack.supervisor.running):
            table.add_row(name, stack.addresses[name], "not ours", "")
    for part, process in stack.supervisor.running:
        table.add_row(part.name, part.address, str(process.pid), _near(process.log))
    return table


def _near(path: Path) -> str:
    """As seen from here, where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _names(text: str) -> frozenset[str]:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    for name in sorted(names - set(OPTIONAL)):
        message = f"{quoted(name)} is none of {', '.join(OPTIONAL)}{nearest(name, OPTIONAL)}"
        raise argparse.ArgumentTypeError(message)
    return names


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        message = f"{text} is not a number from 1 on"
        raise argparse.ArgumentTypeError(message)
    return int(text)
