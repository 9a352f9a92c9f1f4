"""Changes in percent, with their sign: ``+15%``, ``-2.5 %``."""

import re
from typing import Final

from schemas.definition.faults import Faults, quoted
from schemas.definition.nodes import Node
from schemas.definition.reading import word

_PERCENT: Final = re.compile(r"([+-]\d{1,6}(?:\.\d{1,6})?) ?%", re.ASCII)


def change(node: Node, faults: Faults) -> float | None:
    """The number of percent, below zero for less."""
    text = word(node, faults)
    if text is None:
        return None
    match = _PERCENT.fullmatch(text)
    if match is None:
        faults.add(node.place, f"{quoted(text)} is no change in percent; write one such as +15% or -5%, with its sign")
    elif not float(match[1]):
        faults.add(node.place, f"{quoted(text)} is no change at all")
    else:
        return float(match[1])
    return None
