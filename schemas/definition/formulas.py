"""What a ``formula`` says: numbers, names of measures and metrics, ``+ - * /``, parentheses and a minus before a thing.

sum      product (+|-) product ...
product  signed (*|/) signed ...
signed   -signed, (sum), a name, or a number

A name may have a part: ``users.retained``.
"""

import re
from typing import Final, Literal, NamedTuple, cast

from schemas.definition.arithmetic import Expression, Name, Negative, Number, Operation, Sign, names_in, operations_in
from schemas.definition.faults import Faults, Place, quoted
from schemas.definition.nodes import Node
from schemas.definition.reading import sentence

DEEPEST: Final = 30
"""How many parentheses and signs may stand within each other."""
MOST_DIGITS: Final = 15

_TOKEN: Final = re.compile(
    r" *(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)?)|(?P<sign>[-+*/()]))"
)
_SPACE: Final = re.compile(r" *")
_EXAMPLE: Final = "write one such as (revenue - refunds) / orders"
_MEANT: Final = {
    "\u00d7": "; write * for it",
    "\u00b7": "; write * for it",
    "\u00f7": "; write / for it",
    "\u2212": "; write - for it",
    "\u2013": "; write - for it",
    "%": "; write 3% as 0.03",
    "^": "; a power is written a * a",
    ",": "; decimals follow a point",
    ".": "; decimals stand between digits, as in 0.5",
}


class Read(NamedTuple):
    """The names that a text holds, however broken it is, and its tree where it is sound."""

    names: tuple[str, ...]
    expression: Expression | None


def formula(node: Node, faults: Faults) -> Read:
    """One formula, also over several lines."""
    text = sentence(node, faults)
    if text is None:
        return Read((), None)
    tokens = _Tokens(text)
    names = tuple(dict.fromkeys(token.text for token in tokens.found if token.kind == "name"))
    try:
        expression = tokens.whole()
    except _UnfitError as error:
        faults.add(node.place, f"{quoted(text)} {error}")
        return Read(names, None)
    return Read(names, expression if _sound(expression, node.place, faults) else None)


def _sound(expression: Expression, place: Place, faults: Faults) -> bool:
    before = len(faults)
    if not names_in(expression):
        faults.add(place, "is made of numbers only; it needs a measure or a metric")
    for one in operations_in(expression):
        match one:
            case Operation("/", _, Number(text)) if not text.strip("0."):
                faults.add(place, f"divides by {text}, which never gives a reading")
    return len(faults) == before


class _UnfitError(Exception):
    """Its text says what is wrong, after the formula."""


class _Token(NamedTuple):
    kind: Literal["number", "name", "sign", "unfit", "end"]
    text: str
    at: int


class _Tokens:
    """The text in pieces, and the one that is looked at."""

    def __init__(self, text: str) -> None:
        self.found = _tokens(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        """All of it; raises _UnfitError."""
        expression = self._sum()
        if self._here.kind == "end":
            return expression
        if self._here.text == ")":
            raise _UnfitError(f"closes a parenthesis at {_told(self._here)} that was not opened")
        raise _UnfitError(f"lacks + - * or / before {_told(self._here)}")

    @property
    def _here(self) -> _Token:
        token = self.found[self._next]
        if token.kind == "unfit":
            raise _UnfitError(f"holds {_told(token)}, which no formula has{_MEANT.get(token.text, '')}")
        return token

    def _take(self, *signs: str) -> _Token | None:
        token = self._here
        if token.kind != "sign" or token.text not in signs:
            return None
        self._next += 1
        return token

    def _sum(self) -> Expression:
        left = self._product()
        while token := self._take("+", "-"):
            left = Operation(cast("Sign", token.text), left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._signed()
        while token := self._take("*", "/"):
            left = Operation(cast("Sign", token.text), left, self._signed())
        return left

    def _signed(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _UnfitError(f"is nested more than {DEEPEST} deep; give its parts names of their own")
        try:
            return self._thing()
        finally:
            self._depth -= 1

    def _thing(self) -> Expression:
        if self._take("-"):
            return Negative(self._signed())
        if opened := self._take("("):
            inner = self._sum()
            if not self._take(")"):
                raise _UnfitError(f"opens a parenthesis at {_told(opened)} that is not closed{_before(self._here)}")
            return inner
        token = self._here
        self._next += 1
        if token.kind == "number":
            if len(token.text.replace(".", "")) > MOST_DIGITS:
                raise _UnfitError(f"holds {_told(token)}, a number of more than {MOST_DIGITS} digits")
            return Number(token.text)
        if token.kind == "name":
            return Name(token.text)
        raise _UnfitError(
            f"ends where a name or a number is due; {_EXAMPLE}"
            if token.kind == "end"
            else f"has {_told(token)} where a name or a number is due; {_EXAMPLE}"
        )


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while (at := cast("re.Match[str]", _SPACE.match(text, at)).end()) < len(text):
        match = _TOKEN.match(text, at)
        if match:
            kind = cast("Literal['number', 'name', 'sign']", match.lastgroup)
            found.append(_Token(kind, match[kind], at + 1))
            at = match.end()
        else:
            found.append(_Token("unfit", text[at], at + 1))
            at += 1
    return [*found, _Token("end", "", len(text) + 1)]


def _told(token: _Token) -> str:
    return f"{quoted(token.text)} (sign {token.at})"


def _before(token: _Token) -> str:
    return "" if token.kind == "end" else f" before {_told(token)}"
