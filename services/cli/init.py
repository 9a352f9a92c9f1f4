"""``nsm init``: writes a first ``nsm.yaml`` that is good as it stands and says what to change."""

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from schemas.definition.loading import parse
from schemas.definition.owners import LONGEST_NAME
from schemas.definition.time_zones import known
from schemas.errors import in_words
from services.cli import library
from services.cli.library import PHASES, Given

USUAL = Path("nsm.yaml")
"""What every command takes where no file is named."""
BUSINESS = "web-shop"
"""Where none is named."""

EPILOG = """\
  nsm init --list                                        what businesses there are (--phase: as they are in a phase)
  nsm init --business fresh-food --phase scale-up        the name is the folder's, the time zone this machine's
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    parser.add_argument("file", nargs="?", type=Path, default=USUAL, metavar="FILE", help="nsm.yaml")
    parser.add_argument("--business", metavar="NAME", help=f"what to begin with ({BUSINESS})")
    parser.add_argument("--phase", choices=PHASES, help="decides which number is the north star (that of the business)")
    parser.add_argument(
        "--list", action="store_true", help="the businesses there are, with a line each; writes nothing"
    )
    parser.add_argument("--company", metavar="NAME", help="as boards show it (the folder's name)")
    parser.add_argument(
        "--time-zone", metavar="ZONE", help="where days begin, such as Europe/Amsterdam (this machine's)"
    )
    parser.add_argument("--topic", default="product-events", help="where the events are (product-events)")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def run(args: argparse.Namespace) -> int:
    """Raises CommandError for a business that is not there, DefinitionError where a name that was given is unfit."""
    if args.list:
        there = library.businesses(args.phase or "")
        wide = max(map(len, there))
        print(*(f"{name:<{wide}}  {line}" for name, line in there.items()), sep="\n")
        return 0
    business = library.known(args.business or BUSINESS)
    given = Given(
        company=args.company or folder_name(args.file),
        time_zone=args.time_zone or machine_time_zone(),
        topic=args.topic,
        phase=args.phase or "",
    )
    text = library.definition_for(business, given, datetime.now(UTC).date())
    written = parse(text, str(args.file))
    if not _write(args.file, text, over=args.force):
        return 1
    print(f"wrote {args.file} for {given.company}: events from the topic {given.topic}, days of {given.time_zone}")
    for line in _assumed(args):
        print(line)
    star = written.north_star.metric
    print(f"its north star is {star}; bases, targets, limits and owners are examples: put yours in their place")
    named = "" if args.file == USUAL else f" {_as_argument(args.file)}"
    print(f"next: nsm check {_as_argument(args.file)}, then nsm up{named}")
    print(f"with sample events: nsm replay {library.sample_events(business)} --definition {_as_argument(args.file)}")
    return 0


def _assumed(args: argparse.Namespace) -> Iterator[str]:
    """What nobody has said, and how to say it; a line each."""
    if args.company is None:
        yield "the company is called as its folder is; --company says otherwise"
    if args.time_zone is None:
        yield "the time zone is this machine's; --time-zone says otherwise"
    if args.business is None:
        yield f"the business is a {BUSINESS}; nsm init --list shows the others, --business chooses"


def _as_argument(file: Path) -> str:
    """As a shell takes it for one word, and a command for a file."""
    text = str(file)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def _write(file: Path, text: str, *, over: bool) -> bool:
    """Whether it could be; else it is said why."""
    try:
        with file.open("w" if over else "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        print(f"{file} is there already; --force writes over it", file=sys.stderr)
        return False
    except FileNotFoundError:
        print(f"{file} cannot be written: there is no folder {_missing_folder(file)}", file=sys.stderr)
        return False
    except (OSError, ValueError) as error:
        print(f"{file} cannot be written: {in_words(error)}", file=sys.stderr)
        return False
    return True


def _missing_folder(file: Path) -> Path:
    """The outermost."""
    return next((folder for folder in reversed(file.parents) if not folder.exists()), file.parent)


def first_definition(company: str, time_zone: str, topic: str, today: date) -> str:
    """The text where no business is named."""
    return library.definition_for(BUSINESS, Given(company=company, time_zone=time_zone, topic=topic), today)


def folder_name(file: Path) -> str:
    """A company's name, as far as the folder of its file tells it: ``corner-shop`` is Corner Shop."""
    words = file.absolute().parent.resolve().name.replace("-", " ").replace("_", " ").split()
    told = " ".join(word[0].upper() + word[1:] for word in words)[:LONGEST_NAME].strip()
    return told if told.isprintable() and told else "My company"


def machine_time_zone() -> str:
    """TZ, else what /etc says, else UTC."""
    return next((zone for zone in (os.environ.get("TZ", ""), *_zones_of_etc()) if known(zone)), "UTC")


def _zones_of_etc() -> list[str]:
    zones = []
    try:
        zones.append(str(Path("/etc/localtime").readlink()).partition("zoneinfo/")[2])
        zones.append(Path("/etc/timezone").read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        pass
    return zones
