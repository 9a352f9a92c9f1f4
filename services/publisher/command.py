"""``nsm publish FILE``: JSON lines or a table, plain or gzip, into the topic of a source."""

import argparse
import gzip
import io
import logging
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.definition.loading import load
from schemas.definition.model import Source
from schemas.errors import PublishError, in_words
from schemas.events.publishing import Message
from services.byte_order_mark import without_mark
from services.publisher.lines import Faults, WireForm, read_lines
from services.publisher.progress import show_progress
from services.publisher.publisher import Publisher
from services.publisher.sending import Published, send_all
from services.publisher.shift import shifted, span_to
from services.publisher.table import Columns, read_table
from services.publisher.times import Times
from services.publisher.topic import ensure_topic
from services.publisher.uncounted import Counted, Uncounted
from services.settings import Origin, kafka_origin, settings
from services.topics import PARTITIONS
from streams.plan import compile_plan

EVERYTHING = Counted()
STANDARD_INPUT = "-"

EPILOG = """\
JSON lines stand in the form that the definition's source declares, and are sent byte for byte.  A table (.csv, .csv.gz,
or --csv) has a header; a column becomes the property of its own name unless it is mapped:

  nsm publish orders.csv --map id=order_id --map time=created_at --set type=order_completed --number amount \\
                         --map user_id=customer --time-zone Europe/Amsterdam

An event without the entity that its topic is keyed by (a guest's order) is sent without a key.
A line that is no JSON object, or whose key names nobody, is left out and named, and the exit code is 1.  Sent, and told
at the end: events of a type that no measure counts, times in the future, times that come too late after others.  What
else may be wrong with an event the worker finds: it goes to the dead-letter topic.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    parser.add_argument("file", metavar="FILE", help="JSON lines or CSV, plain or .gz; - for standard input")
    parser.add_argument("--definition", default="nsm.yaml", type=Path, help="where the sources are declared (nsm.yaml)")
    parser.add_argument("--source", metavar="NAME", help="which source, where the definition has several")
    parser.add_argument("--rate", type=_positive, metavar="N", help="events a second, instead of as fast as possible")
    parser.add_argument(
        "--shift-to-now", action="store_true", help="move all times so that the last is now (JSON lines)"
    )
    parser.add_argument("--send-invalid", action="store_true", help="send lines that are no events too, as they are")
    table = parser.add_argument_group("tables")
    table.add_argument("--csv", action="store_true", help="standard input is a table")
    table.add_argument(
        "--map", type=_pair, action="append", default=[], metavar="NAME=COLUMN", help="id, type, time, ..."
    )
    table.add_argument(
        "--set", type=_pair, action="append", default=[], metavar="NAME=TEXT", help="the same in every event"
    )
    table.add_argument("--number", action="append", default=[], metavar="NAME", help="a property that is a number")
    table.add_argument("--time-zone", type=_zone, metavar="ZONE", help="where times without offset are from")


def run(args: argparse.Namespace) -> int:
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what matters of it, the publisher raises
    definition = load(args.definition)
    source = _choose(definition.sources, args.source)
    counted = Counted.by(compile_plan(definition).sources[source.topic])
    whose = kafka_origin()
    if whose is Origin.STARTING:
        raise PublishError(
            "nsm up is starting in this folder: publish once it runs, or say where else Kafka is with NSM_KAFKA"
        )
    kafka = settings().kafka
    code = publish_file(args, source, kafka, counted)
    if whose is Origin.USUAL:
        print(f"to Kafka at {kafka}, the usual place: nothing runs from this folder, and NSM_KAFKA names none")
    return code


def publish_file(args: argparse.Namespace, source: Source, kafka: str, counted: Counted = EVERYTHING) -> int:
    """The exit code: 1 where lines were left out."""
    _check(args)
    faults, uncounted, times = Faults(), Uncounted(source, counted), Times(source, _now_ms)
    with _opened(args.file) as file:
        if ensure_topic(kafka, source.topic):
            print(f"made the topic {source.topic}: {PARTITIONS} partitions, times by the broker's clock")
        with Publisher(kafka, source) as publisher, show_progress(args.file, file) as progress:
            messages = uncounted.watch(_messages(args, source, file, faults, counted))
            published = send_all(_readable(times.watch(messages), args.file), publisher, args.rate, progress)
    _report(published, source, publisher.partitions)
    for line in (*faults.told(), *uncounted.told(), *times.told()):
        print(line, file=sys.stderr)
    return 1 if faults.count and not args.send_invalid else 0


def _report(published: Published, source: Source, partitions: int) -> None:
    keyless = f", {published.keyless:,} without {source.keyed_by}" if published.keyless else ""
    noun = "event" if published.count == 1 else "events"
    print(
        f"{published.count:,} {noun} published to {source.topic} ({partitions} partitions{keyless}) "
        f"in {published.seconds:.1f} s"
    )


def _choose(sources: tuple[Source, ...], name: str | None) -> Source:
    names = ", ".join(source.name for source in sources)
    found = [source for source in sources if name in {None, source.name}]
    if not found:
        raise PublishError(f"the definition has no source {name}; it has {names}")
    if len(found) > 1:
        raise PublishError(f"the definition has several sources; say --source with one of {names}")
    return found[0]


def _check(args: argparse.Namespace) -> None:
    if _is_table(args):
        if args.shift_to_now or args.send_invalid:
            raise PublishError("--shift-to-now and --send-invalid are for JSON lines, not for tables")
    elif args.map or args.set or args.number or args.time_zone:
        raise PublishError("--map, --set, --number and --time-zone are for tables; this is read as JSON lines")
    if args.shift_to_now and args.file == STANDARD_INPUT:
        raise PublishError("--shift-to-now reads the file twice, which standard input does not allow")


def _is_table(args: argparse.Namespace) -> bool:
    return bool(args.csv) or args.file.removesuffix(".gz").endswith(".csv")


def _messages(
    args: argparse.Namespace, source: Source, file: BinaryIO, faults: Faults, counted: Counted
) -> Iterator[Message]:
    lines = _unpacked(args.file, file)
    if _is_table(args):
        columns = Columns(
            mapped=dict(args.map),
            constants=dict(args.set),
            numbers=frozenset(args.number),
            zone=args.time_zone,
            counted=counted,
        )
        text = io.TextIOWrapper(lines, encoding="utf-8-sig", errors="surrogateescape", newline="")
        return read_table(text, columns, source, faults)
    form = WireForm(source)
    moved: Iterable[bytes] = without_mark(lines)
    if args.shift_to_now:
        with _opened(args.file) as again:
            span = span_to(datetime.now(UTC), without_mark(_unpacked(args.file, again)), form.time_path)
        moved = shifted(moved, form.time_path, span)
    return read_lines(moved, form, faults, send_invalid=args.send_invalid)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise PublishError(f"{name} cannot be read: {in_words(error)}") from error
        yield file


def _unpacked(name: str, file: BinaryIO) -> BinaryIO:
    if not name.endswith(".gz"):
        return file
    unpacked: BinaryIO = gzip.GzipFile(fileobj=file)  # type: ignore[assignment]
    return unpacked


def _readable(messages: Iterator[Message], name: str) -> Iterator[Message]:
    try:
        yield from messages
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise PublishError(f"{name} is damaged: {error}; what was read before has been sent") from error


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name, value


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{text} is not a time zone, as Europe/Amsterdam is") from None
