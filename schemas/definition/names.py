"""Names that a definition gives, and names that it takes from events."""

import re
from typing import Final

from schemas.definition.faults import Faults, Place, quoted
from schemas.definition.nodes import Node
from schemas.definition.reading import word

LONGEST: Final = 60
RESERVED: Final = frozenset(("none", "other", "any"))
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_PATH: Final = re.compile(r"[^\s.=<>!,\[\]'\"]+(\.[^\s.=<>!,\[\]'\"]+)*")


def check_name(name: str, place: Place, faults: Faults) -> None:
    """A given name becomes a label and a part of keys, so it is plain."""
    if name in RESERVED:
        faults.add(place, f"the name {quoted(name)} is reserved")
    elif len(name) > LONGEST:
        faults.add(place, f"a name has at most {LONGEST} characters")
    elif not _NAME.fullmatch(name):
        plain = re.sub(r"[^a-z0-9]+", "_", name.lower(), flags=re.ASCII).strip("_0123456789")
        hint = f", such as {plain}" if plain and plain not in RESERVED else ""
        faults.add(place, f"a name is made of a-z, 0-9 and _, and begins with a letter{hint}")


def property_path(node: Node, faults: Faults) -> str | None:
    """A property of events, dotted where it is nested: ``items.sku``."""
    text = word(node, faults)
    if text is None or _PATH.fullmatch(text):
        return text
    faults.add(node.place, f"{quoted(text)} is not a property such as user_id or items.sku")
    return None
