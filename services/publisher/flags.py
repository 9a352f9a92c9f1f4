"""How a table becomes events, as a command line says it."""

import argparse
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.publisher.names import KEYLESS, UNREAD, Columns
from services.publisher.uncounted import Counted

LATE, REFUSED = "late", "refused"


def add_table_flags(parser: argparse.ArgumentParser, *more: str) -> None:
    """--map, --set, --number and --time-zone, in a group of their own, and --allow, also of ``more``."""
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        choices=(KEYLESS, UNREAD, *more),
        metavar="WHAT",
        help=f"go on all the same where the answer was no: {', '.join((KEYLESS, UNREAD, *more))}; may come again",
    )
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


def given(args: argparse.Namespace) -> bool:
    """Whether any of them was."""
    return bool(args.csv or args.map or args.set or args.number or args.time_zone)


def is_table(name: str, args: argparse.Namespace) -> bool:
    """By its name, or because somebody says so."""
    return bool(args.csv) or name.removesuffix(".gz").endswith(".csv")


def columns_of(args: argparse.Namespace, counted: Counted) -> Columns:
    """As they were given."""
    return Columns(
        mapped=dict(args.map),
        constants=dict(args.set),
        numbers=frozenset(args.number),
        zone=args.time_zone,
        counted=counted,
        allowed=frozenset(args.allow),
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name, value


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{text} is not a time zone, as Europe/Amsterdam is") from None
