"""``nsm init``: writes a first ``nsm.yaml`` that is good as it stands and says what to change."""

import argparse
import json
import os
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from string import Template
from typing import Final

from schemas.definition.loading import parse
from schemas.definition.time_zones import known

_TEMPLATE: Final = Path(__file__).with_name("first_definition.yaml")
_PLAIN: Final = re.compile(r"[A-Za-z][\w/.-]*", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, default=Path("nsm.yaml"), metavar="FILE", help="nsm.yaml")
    parser.add_argument("--company", default="My company", metavar="NAME", help="as boards show it")
    parser.add_argument(
        "--time-zone", metavar="ZONE", help="where days begin, such as Europe/Amsterdam (this machine's)"
    )
    parser.add_argument("--topic", default="product-events", help="where the events are (product-events)")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def run(args: argparse.Namespace) -> int:
    """Raises DefinitionError where a name that was given is unfit."""
    zone = args.time_zone or machine_time_zone()
    text = first_definition(args.company, zone, args.topic, datetime.now(UTC).date())
    parse(text, str(args.file))
    try:
        with args.file.open("w" if args.force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        print(f"{args.file} is there already; --force writes over it", file=sys.stderr)
        return 1
    except FileNotFoundError:
        print(f"{args.file} cannot be written: there is no folder {_missing_folder(args.file)}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"{args.file} cannot be written: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 1
    print(f"wrote {args.file}: events from the topic {args.topic}, days of {zone}")
    print(f"next: nsm check {args.file}, then nsm up")
    return 0


def _missing_folder(file: Path) -> Path:
    """The outermost."""
    return next((folder for folder in reversed(file.parents) if not folder.exists()), file.parent)


def first_definition(company: str, time_zone: str, topic: str, today: date) -> str:
    """The text; the target is due at the end of next year."""
    given = {"company": company, "time_zone": time_zone, "topic": topic}
    written = {name: _written(value) for name, value in given.items()}
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(written, by=date(today.year + 1, 12, 31).isoformat())


def _written(value: str) -> str:
    """As YAML text, in quotes where it would not be read as it is."""
    plain = _PLAIN.fullmatch(value) and value.lower() != "null"
    return value if plain else json.dumps(value, ensure_ascii=False)


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
