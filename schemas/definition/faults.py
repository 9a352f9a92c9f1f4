"""Faults: what is wrong with a definition, each at its line, all told at once."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

_SHOWN = 60
_COMPARED = 80


class Place(NamedTuple):
    """Where something stands: ``measures.orders.count`` (empty: the file as a whole), and its line, from 1."""

    path: str
    line: int


class Fault(NamedTuple):
    """Something wrong at a place; ``text`` goes on after the path; ``rule`` is the id of the one it breaks, if any."""

    place: Place
    text: str
    rule: str = ""


class Faults:
    """The faults found so far in one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: dict[Fault, None] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: Place, text: str, rule: str = "") -> None:
        """A fault told twice is one."""
        self._found[Fault(place, text, rule)] = None

    def lines(self) -> tuple[str, ...]:
        """One line of text a fault, by line of the file."""
        return tuple(self._line(fault) for fault in self._ordered())

    def of_rules(self) -> tuple[Fault, ...]:
        """Those that break a rule with a name, in the same order."""
        return tuple(fault for fault in self._ordered() if fault.rule)

    def _ordered(self) -> list[Fault]:
        return sorted(self._found, key=lambda fault: (fault.place.line, fault.place.path))

    def _line(self, fault: Fault) -> str:
        path = f"{fault.place.path}: " if fault.place.path else ""
        rule = f" ({fault.rule})" if fault.rule else ""
        return f"{self._file}:{fault.place.line}: {path}{fault.text}{rule}"


def quoted(text: str) -> str:
    """As it may stand in a sentence of one line, whatever it holds."""
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return json.dumps(short, ensure_ascii=not short.isprintable())


def either(words: Iterable[str]) -> str:
    """``a, b or c``."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean "x"?`` where a known word is near, else nothing."""
    near = get_close_matches(word[:_COMPARED].lower(), sorted(known), 1)
    return f"; did you mean {quoted(near[0])}?" if near else ""
