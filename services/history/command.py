"""``nsm history``: the past of metrics as OpenMetrics with times, or straight into the blocks of a Prometheus."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from schemas.definition.loading import load
from schemas.definition.model import Metric, Window
from schemas.errors import CommandError, in_words
from services.board.asking import place
from services.board.exporter import Exporter, NoAnswerError, RefusedError
from services.check.summary import plural
from services.history.asking import chosen, identity, moment, reach_of, step_of, too_sparse
from services.history.blocks import fill, filled
from services.history.open_metrics import JOB, lines
from services.history.points import Past, Reach
from services.history.series import families
from services.history.sources import FromEvents, FromExporter
from services.history.waiting import OtherVersionError, wait_until_counted
from services.local import install
from services.publisher.flags import add_table_flags
from services.replay.extent import extent
from services.replay.folding import files_by_topic, fold_files
from services.replay.tables import tables_of
from services.settings import settings
from streams.plan import Plan, compile_plan

PATIENCE_S = 60.0
ATTEMPTS = 5
EPILOG = """\
From the running service, as its state says now of each moment; with --events from files, as nsm replay reads them.
What is known to the day only stands at every step of its day.  Without --step every hour of the last six weeks is told
and every sixth hour before; windows of minutes and hours reach two months back, others three years.

  nsm history --output past.txt            a file, as promtool tsdb create-blocks-from openmetrics reads it
  nsm history --into /var/lib/prometheus   into its data, through promtool; made again, it takes the place of the last

Alert rules look at two hours of each earlier week: a --step beyond that leaves them nothing to see, and is told.
Prometheus has to keep it: --storage.tsdb.retention.time=6y.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose past, of which metrics and span, and where it goes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    parser.add_argument("file", nargs="?", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")
    parser.add_argument("--events", nargs="+", metavar="FILE", default=[], help="read these events, not the service")
    parser.add_argument("--metric", action="append", default=[], metavar="NAME", help="only this one; may come again")
    parser.add_argument("--window", action="append", default=[], metavar="LABEL", help="only this one; may come again")
    parser.add_argument("--from", dest="begin", metavar="TIME", help="the first moment (the first event)")
    parser.add_argument("--to", dest="end", metavar="TIME", help="the last moment (now; the last event)")
    parser.add_argument("--step", type=step_of, metavar="STEP", help="between two samples: 5m, 1h, 6h, 1d")
    parser.add_argument("--job", default=JOB, help=f"the job that Prometheus scrapes the exporter as ({JOB})")
    parser.add_argument("--instance", help="the exporter's address as Prometheus scrapes it (that of NSM_EXPORTER)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="write here, whole or not at all (to the screen)"
    )
    where.add_argument(
        "--into", type=Path, metavar="DIR", help="the folder of a Prometheus' data, whether it runs or not"
    )
    parser.add_argument(
        "--once", action="store_true", help="with --into: nothing where this past was filled in already"
    )
    parser.add_argument(
        "--wait",
        action="store_true",
        help="until the service shows this file's version and has counted what was published",
    )
    add_table_flags(parser)


def run(args: argparse.Namespace) -> int:
    """1 where there is no past."""
    plan = compile_plan(load(args.file))
    asked = chosen(plan, args.metric, args.window)
    if args.into is not None and args.once and (before := filled(args.into)) and before.of == identity(plan, asked):
        print(f"{args.into} has this past already", file=sys.stderr)
        return 0
    _check_place(args)
    try:
        text = _text_of_one_version(plan, args, Exporter(settings().exporter, PATIENCE_S), asked)
    except NoAnswerError as nothing:
        raise CommandError(str(nothing)) from nothing
    if len(text) == 1:
        print("there is nothing to tell: no event was counted in that span", file=sys.stderr)
        return 1
    if sparse := too_sparse(args.step):
        print(sparse, file=sys.stderr)
    if args.into is None and args.output is None:
        sys.stdout.writelines(text)
        return 0
    try:
        _deliver(text, args, identity(plan, asked))
    except OSError as error:
        raise CommandError(f"{args.into or args.output} cannot be written: {in_words(error).lower()}") from error
    return 0


def _check_place(args: argparse.Namespace) -> None:
    """What is missing there is said before a long past is worked out."""
    if args.into is not None:
        install.program("promtool")
    elif args.output is not None and not (folder := args.output.resolve().parent).is_dir():
        raise CommandError(f"{args.output} cannot be written: there is no folder {folder}")


def _text_of_one_version(
    plan: Plan, args: argparse.Namespace, exporter: Exporter, asked: list[tuple[Metric, Window]]
) -> list[str]:
    """That of the file, whole.

    With ``--wait`` all is asked again where another comes to be shown meanwhile, or the exporter goes away.  Raises
    NoAnswerError where it went away ATTEMPTS times: what it is asked may be what ends it.
    """
    broken_off = 0
    while True:
        if args.wait and not args.events:
            wait_until_counted(exporter, plan.version, _say)
        try:
            return _text(plan, args, exporter, asked)
        except OtherVersionError as other:
            if not args.wait:
                raise CommandError(f"{other}. With --wait the past is told as soon as the file's is shown") from other
            _say(str(other))
        except RefusedError:
            raise
        except NoAnswerError as gone:
            broken_off += 1
            if not args.wait or broken_off == ATTEMPTS:
                raise
            _say(f"{gone}; all is asked again when it answers")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _text(plan: Plan, args: argparse.Namespace, exporter: Exporter, asked: list[tuple[Metric, Window]]) -> list[str]:
    instance = args.instance or place(exporter.url)
    now_ms = time.time_ns() // 1_000_000
    past: Past = FromExporter(plan, exporter)
    given = [None if text is None else moment(plan, name, text) for name, text in _span(args)]
    begin_ms, end_ms = given
    if args.events:
        folded = fold_files(plan, files_by_topic(plan, args.events), tables=tables_of(args, args.events))
        if not folded.outcomes["counted"]:
            raise CommandError("no event of these files counts; nsm replay says why")
        extent(plan, folded, end_ms)
        known = plan.calendar.start(plan.calendar.day(folded.first_ms)), folded.last_ms
        past, now_ms = FromEvents(plan, folded.cells, known), folded.last_ms
        begin_ms = known[0] if begin_ms is None else begin_ms
    end_ms = now_ms if end_ms is None else min(end_ms, now_ms)
    if begin_ms is not None and begin_ms > end_ms:
        raise CommandError("--from lies after --to, or after all that is known")

    def reach(window: Window) -> Reach:
        return reach_of(window, (begin_ms, end_ms), args.step)

    return list(lines(families(plan, past, asked, reach), {"instance": instance, "job": args.job}))


def _span(args: argparse.Namespace) -> Iterator[tuple[str, str | None]]:
    yield "--from", args.begin
    yield "--to", args.end


def _deliver(text: list[str], args: argparse.Namespace, of: str) -> None:
    if args.into is not None:
        blocks = fill(text, args.into, install.program("promtool"), of)
        print(
            f"{plural(len(text) - 1, 'line')} in {plural(blocks, 'block')}; Prometheus finds them within a minute",
            file=sys.stderr,
        )
        return
    _write(args.output, text)


def _write(file: Path, text: list[str]) -> None:
    """Whole or not at all; a pipe takes line by line what it is given."""
    if file.exists() and not file.is_file():
        with file.open("w", encoding="utf-8") as pipe:
            pipe.writelines(text)
        return
    new = file.with_name(f".{file.name}.new")
    try:
        with new.open("w", encoding="utf-8") as out:
            out.writelines(text)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
