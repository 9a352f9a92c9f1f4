"""``nsm replay FILE``: a definition over a file of events, without any server."""

import argparse
import sys
from pathlib import Path

import msgspec

from schemas.definition.loading import load
from services.publisher.flags import add_table_flags
from services.replay.answer import Asked, answer, as_json, chosen, moment
from services.replay.folding import files_by_topic, fold_files
from services.replay.tables import tables_of
from services.replay.text import answer_lines, what_became
from streams.plan import compile_plan

EPILOG = """\
The files are taken to be complete: nothing in them is too late, in whatever order they are; an id counts once, however
far apart it comes again (unless the source says dedupe: 0); what has not ended by the last event is marked "so far".
The last period that is shown is told by its segments too; --json has those of every period.
Events more than a hundred years apart are an error that names the two lines: the time of one of them is wrong.
With --at, what happened from that moment on is left out, also later that day; the exporter's ?at= reads the whole day.
A table is read as nsm publish would send it, with the same flags.

  nsm replay last-year.jsonl.gz --at 2027-01-01 --metric revenue --window month
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, which definition, and what of it."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="JSON lines or CSV, plain or .gz; - for standard input; SOURCE=FILE where there are several sources",
    )
    parser.add_argument("--definition", default="nsm.yaml", type=Path, help="the definition (nsm.yaml)")
    parser.add_argument("--at", metavar="TIME", help="as it was at this moment: only what happened before it counts")
    parser.add_argument("--metric", action="append", default=[], metavar="NAME", help="only this one; may come again")
    parser.add_argument("--window", metavar="LABEL", help="only this window: month, 28d, lifetime, ...")
    parser.add_argument(
        "--last", type=_natural, metavar="N", help="only the last periods (12 of what is read daily, else all; 0: all)"
    )
    parser.add_argument("--json", action="store_true", help="everything, for machines")
    add_table_flags(parser)


def run(args: argparse.Namespace) -> int:
    """1 where no event counted."""
    plan = compile_plan(load(args.definition))
    asked = Asked(
        metrics=tuple(args.metric),
        window=args.window,
        last=args.last,
        before_ms=None if args.at is None else moment(plan, args.at),
        for_people=not args.json,
    )
    chosen(plan, asked)  # what is not there is said before a long file is read
    folded = fold_files(plan, files_by_topic(plan, args.files), asked.before_ms, tables_of(args, args.files))
    if not folded.outcomes["counted"]:
        print(*what_became(plan, folded), sep="\n", file=sys.stderr)
        return 1
    answered = answer(plan, folded, asked)
    if args.json:
        print(msgspec.json.encode(as_json(answered)).decode())
    else:
        print(*answer_lines(answered), sep="\n")
    return 0


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number of periods")
    return int(text)
