"""What a node says, as the value that is wanted there; None, and a fault, where it says something else."""

import math
import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final, TypeVar

from schemas.definition.faults import Faults, Place, either, nearest, quoted
from schemas.definition.nodes import Mapping, Node, Scalar, Sequence

T = TypeVar("T")
Reader = Callable[[Node, Faults], T | None]

_LONGEST: Final = 500
_BREAKS: Final = frozenset("\n\t\u2028\u2029")
_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,15}", re.ASCII)
FIRST: Final = date(1970, 1, 1)
LAST: Final = date(2999, 12, 31)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Fields:
    """The entries of one mapping, asked for by name; a name that is not known is a fault, and so is a missing one."""

    def __init__(
        self, node: Node, faults: Faults, *, required: Iterable[str] = (), optional: Iterable[str] = ()
    ) -> None:
        self.place = node.place
        self._faults = faults
        self._node = node if isinstance(node, Mapping) else Mapping(node.place, {}, {})
        needed = tuple(required)
        known = {*needed, *optional}
        if not isinstance(node, Mapping):
            faults.add(node.place, f"must be a mapping, with {_listed(needed or sorted(known))}")
            return
        for name, place in self._node.keys.items():
            if name not in known:
                faults.add(place, f"is no key here{nearest(name, known) or f'; {either(sorted(known))} would be'}")
        for name in needed:
            if name not in self._node.entries:
                faults.add(node.place, f"lacks {quoted(name)}")

    def __contains__(self, name: str) -> bool:
        return name in self._node.entries

    def at(self, name: str) -> Place:
        """Of the entry, or of the mapping where there is none."""
        return self._node.keys.get(name, self.place)

    def node(self, name: str) -> Node | None:
        """As it stands."""
        return self._node.entries.get(name)

    def get(self, name: str, reader: Reader[T]) -> T | None:
        """None where it is missing or unfit."""
        node = self._node.entries.get(name)
        return None if node is None else reader(node, self._faults)

    def get_or(self, name: str, reader: Reader[T], default: T) -> T:
        """The default where it is missing or unfit."""
        value = self.get(name, reader)
        return default if value is None else value


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def word(node: Node, faults: Faults) -> str | None:
    """Text of one line that is not empty, as it was written: ``no`` is ``no``."""
    if not isinstance(node, Scalar):
        faults.add(node.place, "must be text")
        return None
    if node.empty or not node.text.strip():
        faults.add(node.place, "is empty")
        return None
    text = node.text.strip()
    if len(text) > _LONGEST:
        faults.add(node.place, f"is longer than {_LONGEST} characters")
    elif not _BREAKS.isdisjoint(text):
        faults.add(node.place, "must be one line, without tabs")
    else:
        return text
    return None


def sentence(node: Node, faults: Faults) -> str | None:
    """Text that may be written over several lines; it becomes one."""
    if isinstance(node, Scalar):
        node = Scalar(node.place, " ".join(node.text.split()), node.quoted)
    return word(node, faults)


def one_of(*options: str) -> Reader[str]:
    """One of a few words."""

    def read(node: Node, faults: Faults) -> str | None:
        text = word(node, faults)
        if text is None or text in options:
            return text
        faults.add(node.place, f"{quoted(text)} is not {either(options)}{nearest(text, options)}")
        return None

    return read


def whole(low: int, high: int) -> Reader[int]:
    """A whole number, both ends included."""

    def read(node: Node, faults: Faults) -> int | None:
        text = word(node, faults)
        if text is None:
            return None
        if _WHOLE.fullmatch(text) and low <= int(text) <= high:
            return int(text)
        faults.add(node.place, f"{quoted(text)} is not a whole number from {low} to {high}")
        return None

    return read


def number(node: Node, faults: Faults) -> float | None:
    """A finite number, with a decimal point."""
    text = word(node, faults)
    if text is None:
        return None
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    hint = "; write 3% as 0.03" if text.endswith("%") else ""
    faults.add(node.place, f"{quoted(text)} is not a finite number such as 1.8{hint}")
    return None


def day(node: Node, faults: Faults) -> date | None:
    """A date of the calendar, with room for periods before and after it."""
    text = word(node, faults)
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text) and FIRST <= (found := date.fromisoformat(text)) <= LAST:
            return found
    except ValueError:
        pass
    faults.add(node.place, f"{quoted(text)} is not a date such as 2027-06-30, from {FIRST} to {LAST}")
    return None


def listed(node: Node) -> tuple[Node, ...]:
    """The items of a list; anything else is a list of one."""
    return node.items if isinstance(node, Sequence) else (node,)


def items(node: Node, faults: Faults) -> tuple[Node, ...]:
    """The items of what must be a list."""
    if isinstance(node, Sequence):
        return node.items
    faults.add(node.place, "must be a list")
    return ()


def many(reader: Reader[T]) -> Reader[tuple[T, ...]]:
    """One or a list of several, in order; what is unfit is left out."""

    def read(node: Node, faults: Faults) -> tuple[T, ...] | None:
        if isinstance(node, Sequence) and not node.items:
            faults.add(node.place, "is an empty list; leave it out")
            return None
        values = (reader(item, faults) for item in listed(node))
        return tuple(value for value in values if value is not None)

    return read


def without_repeats(values: tuple[str, ...], place: Place, faults: Faults) -> tuple[str, ...]:
    """Each once; a second time is a fault."""
    for value in sorted({value for value in values if values.count(value) > 1}):
        faults.add(place, f"names {quoted(value)} twice")
    return tuple(dict.fromkeys(values))
