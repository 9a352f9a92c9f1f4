"""Time zones by their IANA name."""

import re
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from schemas.definition.faults import Faults, nearest, quoted
from schemas.definition.nodes import Node
from schemas.definition.reading import word

_SHAPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)
_NO_PLACES: Final = ("localtime", "posixrules", "Factory")


def time_zone(node: Node, faults: Faults) -> str | None:
    """The name of a zone that this machine knows."""
    name = word(node, faults)
    if name is None or known(name):
        return name
    faults.add(node.place, f"{quoted(name)} is no IANA time zone{_nearest(name) or ', such as Europe/Amsterdam'}")
    return None


def known(name: str) -> bool:
    """Whether there is a zone of this name."""
    if not _SHAPE.fullmatch(name) or name in _NO_PLACES:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError, ImportError):
        return False
    return True


def _nearest(name: str) -> str:
    """By the whole name, or by the city alone."""
    zones = {zone for zone in available_timezones() if "/" in zone}
    wanted = name.replace(" ", "_").lower()
    by_word = {zone.rpartition("/")[2].lower(): zone for zone in sorted(zones, reverse=True)}
    by_word |= {zone.lower(): zone for zone in zones}
    hint = nearest(wanted, by_word)
    word_ = hint.partition('"')[2].rpartition('"')[0]
    return f"; did you mean {quoted(by_word[word_])}?" if word_ in by_word else ""
