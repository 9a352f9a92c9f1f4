"""``nsm explain``: a metric's last complete period beside the one before, of the whole and by segment."""

import argparse

import msgspec

from schemas.errors import CommandError
from services.board.exporter import Exporter, NoAnswerError, RefusedError
from services.explain.text import sentences
from services.no_answer import what_helps
from services.settings import settings

PATIENCE_S = 30.0
EPILOG = """\
  nsm explain orders                          the last week against the week before, where weeks are its first window
  nsm explain orders --window month --dimension city
  nsm explain orders --window 7d --at 2027-03-01      the seven days that end with that one, against the seven before

Asked of the exporter at NSM_EXPORTER.  Of a count and a sum each segment's difference is a part of the whole one.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which metric, over which window, up to when."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    parser.add_argument("metric", metavar="METRIC", help="its name")
    parser.add_argument("--window", metavar="LABEL", help="such as week or 28d (the metric's first)")
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="the last period that was over by the end of this day, of windows of hours by this moment (now)",
    )
    parser.add_argument("--dimension", metavar="NAME", help="only the segments of this one (all that split the metric)")
    parser.add_argument("--json", action="store_true", help="everything, for machines")


def run(args: argparse.Namespace) -> int:
    """Raises CommandError where the exporter is away, has nothing to show, or does not know what is asked."""
    given = {"window": args.window, "at": args.at, "dimension": args.dimension}
    exporter = Exporter(settings().exporter, PATIENCE_S)
    try:
        found = exporter.change(args.metric, **{name: text for name, text in given.items() if text is not None})
    except RefusedError as refused:
        raise CommandError(str(refused)) from refused
    except NoAnswerError as nothing:
        raise CommandError(f"{nothing}\n{what_helps('exporter')}") from nothing
    print(msgspec.json.encode(found).decode() if args.json else "\n".join(sentences(found)))
    return 0
