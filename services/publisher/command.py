"""``nsm publish FILE``: JSON lines or a table, plain or gzip, into the topic of a source."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from schemas.definition.loading import load
from schemas.definition.model import Source
from schemas.errors import PublishError
from services.publisher.flags import LATE, MISPLACED, REFUSED, SECONDS, add_table_flags, given, is_table
from services.publisher.newest import Tail, newest
from services.publisher.progress import show_progress
from services.publisher.publisher import Publisher
from services.publisher.reading import STANDARD_INPUT, Reading
from services.publisher.review import Review
from services.publisher.sending import Published, send_all
from services.publisher.topic import ensure_topic, must_be_there
from services.settings import Origin, kafka_origin, settings
from services.topics import PARTITIONS
from streams.plan import SourcePlan, compile_plan

EPILOG = """\
JSON lines stand in the form that the definition's source declares, and are sent byte for byte.  A table (.csv, .csv.gz,
or --csv) has a header; a column becomes the property of its own name unless it is mapped:

  nsm publish orders.csv --map id=order_id --map time=created_at --set type=order_completed --number amount \\
                         --map user_id=customer --time-zone Europe/Amsterdam

A file is read whole before anything of it is sent, and nothing is where
  a line is no event                                       --skip-invalid leaves it out, --send-invalid sends it
  the worker would refuse an event                         --allow refused
  whole numbers are epoch seconds instead of milliseconds  --allow seconds
  an event would be too late after what the topic holds,
  or after others of the file                              --allow late
  none has the entity that the topic is keyed by           --allow keyless
  other publishers bring keys of the topic to
  other partitions than nsm publish does                   --allow misplaced
  a table's names are not those that the definition reads  --allow unread
Standard input and pipes are read once, sent, and told of at the end.  An event without the entity (a guest's order) is
sent without a key.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    parser.add_argument("file", metavar="FILE", help="JSON lines or CSV, plain or .gz; - for standard input")
    parser.add_argument("--definition", default="nsm.yaml", type=Path, help="where the sources are declared (nsm.yaml)")
    parser.add_argument("--source", metavar="NAME", help="which source, where the definition has several")
    parser.add_argument("--dry-run", action="store_true", help="only read file and topic, and say what is amiss")
    parser.add_argument("--rate", type=_positive, metavar="N", help="events a second, instead of as fast as possible")
    parser.add_argument(
        "--shift-to-now", action="store_true", help="move all times so that the last is now (JSON lines)"
    )
    parser.add_argument("--skip-invalid", action="store_true", help="leave out lines that are no events")
    parser.add_argument(
        "--send-invalid", action="store_true", help="send lines that are no events too, as they are (JSON lines)"
    )
    add_table_flags(parser, LATE, REFUSED, SECONDS, MISPLACED)


def run(args: argparse.Namespace) -> int:
    definition = load(args.definition)
    source = _choose(definition.sources, args.source)
    whose = kafka_origin()
    if whose is Origin.STARTING:
        raise PublishError(
            "nsm up is starting in this folder: publish once it runs, or say where else Kafka is with NSM_KAFKA"
        )
    kafka = settings().kafka
    code = publish_file(args, compile_plan(definition).sources[source.topic], kafka, named=whose is not Origin.USUAL)
    if whose is Origin.USUAL:
        print(f"to Kafka at {kafka}, the usual place: nothing runs from this folder, and NSM_KAFKA names none")
    return code


def publish_file(args: argparse.Namespace, plan: SourcePlan, kafka: str, *, named: bool = True) -> int:
    """The exit code: 1 where lines were left out that nobody had allowed to be.  Raises PublishError.

    No topic is made in a Kafka that nobody has ``named``.
    """
    _check(args)
    reading = Reading(args, plan)
    if reading.again or not Path(args.file).exists():
        with reading.open():
            pass  # what cannot be read is said before Kafka is asked
    if not (named or args.dry_run):
        must_be_there(kafka, plan.source.topic)
    tail = newest(kafka, plan)
    if reading.again:
        review = _looked_at(args, reading, plan, tail)
        if args.dry_run:
            return _tell(review, list(review.refused()), args.file)
        if refused := list(review.refused()):
            raise PublishError("\n".join((f"nothing of {args.file} was sent:", *refused, *review.uncounted.told())))
        code = _send(args, reading, plan, (kafka, Review(args, plan, tail, looks=False)))
        _warn(review.told())
        return code
    if args.dry_run:  # what is read once is sent as it comes, whatever is amiss with it
        review = _looked_at(args, reading, plan, tail)
        _tell(review, [], _name(args.file))
        return _code(args, review)
    return _send(args, reading, plan, (kafka, Review(args, plan, tail)))


def _looked_at(args: argparse.Namespace, reading: Reading, plan: SourcePlan, tail: Tail) -> Review:
    """All of the file, and nothing sent."""
    review = Review(args, plan, tail)
    with reading.open() as file, show_progress(args.file, file, "read") as progress:
        for number, _ in enumerate(review.watch(reading.messages(file, review.faults)), 1):
            if number % 1_000 == 0:
                progress(number)
    return review


def _tell(review: Review, refused: Sequence[str], file: str) -> int:
    """What a dry run found, beginning with why nothing would be sent; 1 where that is so."""
    would = "nothing would be sent" if refused else "all would be sent"
    print(f"{review.count:,} {'event' if review.count == 1 else 'events'} in {file}: {would}")
    _warn((*refused, *review.uncounted.told()) if refused else review.told())
    return 1 if refused else 0


def _send(args: argparse.Namespace, reading: Reading, plan: SourcePlan, to: tuple[str, Review]) -> int:
    (kafka, review), source = to, plan.source
    with reading.open() as file:
        if ensure_topic(kafka, source.topic):
            print(f"made the topic {source.topic}: {PARTITIONS} partitions, times by the broker's clock")
        publisher = Publisher(kafka, source)
        try:
            with publisher, show_progress(args.file, file, "sent") as progress:
                messages = reading.messages(file, review.faults, send_invalid=args.send_invalid)
                published = send_all(review.watch(messages), publisher, args.rate, progress)
        except KeyboardInterrupt:
            _warn([_cut_off(publisher.acknowledged, _name(args.file), source.topic)])
            raise
    _report(published, source, publisher.partitions)
    _warn(review.told())
    return _code(args, review)


def _name(file: str) -> str:
    return "standard input" if file == STANDARD_INPUT else file


def _code(args: argparse.Namespace, review: Review) -> int:
    """1 where lines are left out that nobody had allowed to be."""
    return 1 if review.faults.count and not (args.send_invalid or args.skip_invalid) else 0


def _warn(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _report(published: Published, source: Source, partitions: int) -> None:
    keyless = f", {published.keyless:,} without {source.keyed_by}" if published.keyless else ""
    noun = "event" if published.count == 1 else "events"
    print(
        f"{published.count:,} {noun} published to {source.topic} ({partitions} partitions{keyless}) "
        f"in {published.seconds:.1f} s"
    )


def _cut_off(count: int, file: str, topic: str) -> str:
    events = f"1 event of {file} is" if count == 1 else f"{count:,} events of {file} are"
    return (
        f"cut off: {events} in {topic}, and the rest is not: send all of it again with --allow late, "
        "within the source's dedupe, and what is there already counts once"
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
    if args.csv or is_table(args.file):
        if args.shift_to_now or args.send_invalid:
            raise PublishError("--shift-to-now and --send-invalid are for JSON lines, not for tables")
    elif given(args):
        raise PublishError("--map, --set, --number and their like are for tables; this is read as JSON lines")
    if args.skip_invalid and args.send_invalid:
        raise PublishError("--skip-invalid leaves out what --send-invalid sends: which of them is meant?")
    if args.shift_to_now and (args.file == STANDARD_INPUT or _is_pipe(args.file)):
        raise PublishError("--shift-to-now reads the file twice, which standard input does not allow")


def _is_pipe(name: str) -> bool:
    return Path(name).exists() and not Path(name).is_file()


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number
