"""``nsm check FILE``: every fault of a definition, and where it has none, advice on its choice of metrics."""

import argparse
from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from schemas.advice.judging import Judgement, judge
from schemas.definition.loading import load_placed
from schemas.definition.placed import Placed
from schemas.errors import DefinitionError
from services.check.answer import as_json, faults_as_json, rules_as_json
from services.check.observing import Seen, observe
from services.check.size import size_of
from services.check.summary import summary
from services.check.text import advice, all_rules, behaviour, conclusion, printable
from services.publisher.flags import add_table_flags
from services.replay.tables import tables_of
from services.trimmed import Trimmed
from streams.events.decoding import Decoder
from streams.plan import compile_plan

EPILOG = """\
exit code 0: good, with or without advice; 1: faults, or events that cannot be read; with --strict also 1 for advice

  nsm check --events last-year.jsonl.gz      how each metric would have behaved: level, noise, what stands behind it
  nsm check --strict --json nsm.yaml         in CI
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    parser.add_argument("file", nargs="?", type=Path, default=Path("nsm.yaml"), metavar="FILE", help="nsm.yaml")
    parser.add_argument(
        "--events",
        action="append",
        default=[],
        metavar="FILE",
        help="JSON lines or CSV, plain or .gz, or - ; SOURCE=FILE where there are several sources; may come again",
    )
    parser.add_argument("--json", action="store_true", help="everything, for machines")
    parser.add_argument("--strict", action="store_true", help="advice that is not silenced is an error")
    parser.add_argument("--rules", action="store_true", help="list the rules with their reasons, and check nothing")
    add_table_flags(parser)


def run(args: argparse.Namespace) -> int:
    """Raises DefinitionError, which holds every fault with its line, unless machines are told."""
    console, file = Console(highlight=False), printable(str(args.file))
    if args.rules:
        return _list_rules(console, as_json=args.json)
    try:
        placed = load_placed(args.file)
        for plan in compile_plan(placed.definition).sources.values():
            Decoder(plan.needs)  # places that contradict each other are told here, not by a worker
    except DefinitionError as error:
        if not args.json:
            raise
        _print_json(faults_as_json(file, error))
        return 1
    seen = observe(placed.definition, args.events, tables_of(args, args.events)) if args.events else None
    judgement = judge(placed, None if seen is None else seen.observed, size_of(placed.definition))
    if args.json:
        _print_json(as_json(file, placed.definition, judgement, seen))
    else:
        _tell(console, file, (placed, judgement, seen))
    return 1 if args.strict and judgement.told else 0


def _tell(console: Console, file: str, found: tuple[Placed, Judgement, Seen | None]) -> None:
    placed, judgement, seen = found
    console.print(f"{file} is good", markup=False, soft_wrap=True)
    for what, told in summary(placed.definition):
        console.print(f"  {what:<11} {told}", markup=False, soft_wrap=True)
    for one in (*(behaviour(seen) if seen else ()), *advice(file, judgement)):
        console.print(one if isinstance(one, Text) else Trimmed(one), soft_wrap=isinstance(one, Text))
    if judgement.told:
        console.print(f"\n{conclusion(judgement)}", markup=False, soft_wrap=True)


def _list_rules(console: Console, *, as_json: bool) -> int:
    if as_json:
        _print_json(rules_as_json())
    else:
        for one in all_rules():
            console.print(Trimmed(one))
    return 0


def _print_json(value: object) -> None:
    print(msgspec.json.encode(value).decode())
