"""Words for people that become labels: who answers for something, where it says what to do, how it is called."""

import re
from collections.abc import Iterable
from typing import Final

from schemas.definition.draft import Draft, Reference
from schemas.definition.faults import Faults, Place, quoted
from schemas.definition.nodes import Node
from schemas.definition.reading import Reader, sentence, word

LONGEST_OBJECTIVE: Final = 160
LONGEST_NAME: Final = 80
_LINK: Final = re.compile(r"https?://[^\s/]+\S*|(?!https?:)[\w.-]+(/[\w.#?=&%-]*)*")


def label(longest: int) -> Reader[str]:
    """Words of one line that a board has room for."""

    def read(node: Node, faults: Faults) -> str | None:
        text = sentence(node, faults)
        if text is None or len(text) <= longest:
            return text
        faults.add(node.place, f"is longer than {longest} characters, which no board has room for")
        return None

    return read


owner = label(LONGEST_NAME)
"""A person, a team, or an address of one."""


def runbook(node: Node, faults: Faults) -> str | None:
    """A page, by its address or by its place in the company's documents."""
    text = word(node, faults)
    if text is None or _LINK.fullmatch(text):
        return text
    faults.add(node.place, f"{quoted(text)} is no link such as https://wiki.example.com/late-deliveries")
    return None


def metric(draft: Draft) -> Reader[str]:
    """The name of a metric; that there is one is asked once everything was read."""

    def read(node: Node, faults: Faults) -> str | None:
        name = word(node, faults)
        if name is not None:
            draft.references.append(Reference("metric", name, node.place))
        return name

    return read


def named_once(named: Iterable[tuple[str, Place]], faults: Faults) -> None:
    """A second time is a fault, where it stands; what has no name was a fault already."""
    first: dict[str, Place] = {}
    for name, place in named:
        if name and (before := first.setdefault(name, place)) is not place:
            faults.add(place, f"{quoted(name)} stands here twice; first on line {before.line}")
