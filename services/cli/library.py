"""The definitions that come along, one a business, and what ``nsm init`` makes of one.

deploy/definitions/BUSINESS/nsm.yaml           whole, its first line says what it is for
                           /PHASE.yaml         the north star of another phase, where its own does not fit, under the
                                               lines that say what it is for then
                           /events.jsonl.gz    sample events
"""

import json
import re
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from schemas.definition.faults import nearest, quoted
from schemas.errors import CommandError
from services.definition.moved_dates import with_dates, years_later

WRITTEN_IN: Final = 2026
"""The year that the dates of the library begin in."""
FOLDER: Final = Path(__file__).parents[2] / "deploy" / "definitions"
OWN: Final = "nsm.yaml"
PHASES: Final = ("start-up", "scale-up", "mature")

_PLAIN: Final = re.compile(r"[A-Za-z][\w/.-]*", re.ASCII)
_HEAD: Final = re.compile(r"\A(?:#.*\n)+")
_SILENCES: Final = re.compile(r"\n(?:#.*\n)*check:\n(?:  .*\n)+")
_NORTH_STAR: Final = re.compile(r"^north_star:\n(?:  .*\n)+", re.MULTILINE)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a company; what is empty stays as the library has it."""

    company: str
    time_zone: str
    topic: str = ""
    phase: str = ""


def businesses(phase: str = "") -> dict[str, str]:
    """Each with its line, as it is in this phase (left out: in its own)."""
    return {file.parent.name: _line(_star(file.parent, phase)) for file in sorted(FOLDER.glob(f"*/{OWN}"))}


def sample_events(business: str) -> Path:
    """The file of a business that is there."""
    return FOLDER / business / "events.jsonl.gz"


def known(business: str) -> str:
    """The business itself; raises CommandError with the nearest right word where there is none of that name."""
    there = businesses()
    if business in there:
        return business
    hint = nearest(business.replace(" ", "-"), there) or f"; there are {', '.join(there)}"
    raise CommandError(f"there is no business {quoted(business)}{hint}")


def definition_for(business: str, given: Given, today: date) -> str:
    """The text of a first definition; its target is due at the end of next year, all else in the years to come."""
    folder = FOLDER / business
    text = (folder / OWN).read_text(encoding="utf-8")
    star = _star(folder, given.phase)
    if star.name != OWN:
        other = star.read_text(encoding="utf-8")
        for part in (_HEAD, _NORTH_STAR):
            text = part.sub(_the(part, other).replace("\\", r"\\"), text, count=1)
        text = _SILENCES.sub("", text)  # what was decided against another north star
    text = with_dates(text, lambda day: years_later(day, today.year - WRITTEN_IN))
    values = {"company": given.company, "time_zone": given.time_zone, "phase": given.phase, "  topic": given.topic}
    days = {"  from": today.isoformat(), "  by": date(today.year + 1, 12, 31).isoformat()}
    for key, value in (values | days).items():
        if value:
            text = _with(text, key, value if key in days else _written(value))
    return text


def _star(folder: Path, phase: str) -> Path:
    """The file whose north star fits a phase: the business' own where it says no other."""
    other = folder / f"{phase}.yaml"
    return other if phase and other.exists() else folder / OWN


def _the(part: re.Pattern[str], text: str) -> str:
    found = part.search(text)
    if found is None:
        raise ValueError(f"the file of the phase has no {part.pattern}")
    return found[0]


def _with(text: str, key: str, value: str) -> str:
    """The one line of a key with another value, its comment kept in its column where there is room."""

    def line(found: re.Match[str]) -> str:
        begun, comment = f"{key}: {value}", found["comment"]
        if not comment:
            return begun
        column = found.start("comment") - found.start()
        return f"{begun} ".ljust(column) + comment

    pattern = rf"^{key}: (?P<value>.*?)(?P<gap> +(?=#)|$)(?P<comment>#.*)?$"
    changed, number = re.subn(pattern, line, text, flags=re.MULTILINE)
    if number != 1:
        raise ValueError(f"the definition has {number} lines {key}")
    return changed


def _line(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next(lines).removeprefix("#").strip()


def _written(value: str) -> str:
    """As YAML text, in quotes where it would not be read as it is."""
    plain = _PLAIN.fullmatch(value) and value.lower() != "null"
    return value if plain else json.dumps(value, ensure_ascii=False)
