"""How a table becomes events, as a command line says it."""

import argparse
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.publisher.names import KEYLESS, UNREAD, Columns
from services.publisher.uncounted import Counted

NOTHING_KNOWN = Counted()
LATE, MISPLACED, REFUSED, SECONDS = "late", "misplaced", "refused", "seconds"


def add_table_flags(parser: argparse.ArgumentParser, *more: str) -> None:
    """--map, --set, --number and their like, in a group of their own, and --allow, also of ``more``."""
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        choices=(KEYLESS, UNREAD, *more),
        metavar="WHAT",
        help=f"go on all the same where the answer was no: {', '.join((KEYLESS, UNREAD, *more))}; may come again",
    )
    table = parser.add_argument_group("tables")
    table.add_argument("--csv", action="store_true", help="read as a table whatever it is called")
    table.add_argument(
        "--map", type=_pair, action="append", default=[], metavar="NAME=COLUMN", help="id, type, time, ..."
    )
    table.add_argument(
        "--set", type=_pair, action="append", default=[], metavar="NAME=TEXT", help="the same in every event"
    )
    table.add_argument("--number", action="append", default=[], metavar="NAME", help="a property that is a number")
    table.add_argument("--delimiter", type=_sign, metavar="SIGN", help="what cuts columns: ';', tab, ... (a comma)")
    table.add_argument("--decimal", choices=(".", ","), metavar="SIGN", help="what begins a fraction: . or , (a point)")
    table.add_argument("--time-zone", type=_zone, metavar="ZONE", help="where times without offset are from")


def given(args: argparse.Namespace) -> bool:
    """Whether any of them was."""
    return any((args.csv, args.map, args.set, args.number, args.time_zone, args.delimiter, args.decimal))


def is_table(name: str) -> bool:
    """By its name."""
    return name.removesuffix(".gz").endswith(".csv")


def columns_of(args: argparse.Namespace, counted: Counted = NOTHING_KNOWN) -> Columns:
    """As they were given."""
    return Columns(
        mapped=dict(args.map),
        constants=dict(args.set),
        numbers=frozenset(args.number),
        zone=args.time_zone,
        delimiter=args.delimiter or ",",
        decimal=args.decimal or ".",
        counted=counted,
        allowed=frozenset(args.allow),
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name, value


def _sign(text: str) -> str:
    sign = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(sign) != 1 or sign in '"\r\n':
        raise argparse.ArgumentTypeError(f"{text} is not one sign, as ; is, or the word tab")
    return sign


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{text} is not a time zone, as Europe/Amsterdam is") from None
