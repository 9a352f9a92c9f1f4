"""What a ``where`` says: ``country = NL``, ``items.qty > 0``, ``plan in [pro, 'team, yearly']``."""

import math
import re
from typing import Final, Literal, NamedTuple, cast

from schemas.definition.faults import Faults, quoted
from schemas.definition.model import Condition
from schemas.definition.nodes import Node
from schemas.definition.reading import many, word

Operator = Literal["=", "!=", ">", ">=", "<", "<=", "in"]
Literals = str | int | bool | float

_EXAMPLE: Final = "write one such as items.qty > 0, or country = 'NL'"
_PARTS: Final = re.compile(r"([^\s=<>!,\[\]'\"]+?)\s*(==|=|!=|<>|>=|<=|>|<|\sin(?=[\s\[]))\s*(.*)")
_PATH: Final = re.compile(r"[^.]+(\.[^.]+)*")
_LITERAL: Final = re.compile(r"""'(?P<single>(?:[^']|'')*)'|"(?P<double>[^"]*)"|(?P<bare>[^\s,\[\]'"=<>!]+)""")
_INT: Final = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_LONGEST_INT: Final = 17
_FLOAT: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d{1,3})?", re.ASCII)
_BIGGEST: Final = 2**53 - 1


class _UnfitError(Exception):
    """Its text says what is wrong with the condition."""


class _Parts(NamedTuple):
    path: str
    operator: Operator
    rest: str


def conditions(node: Node, faults: Faults) -> tuple[Condition, ...] | None:
    """One or several; all must hold."""
    return many(_condition)(node, faults)


def _condition(node: Node, faults: Faults) -> Condition | None:
    text = word(node, faults)
    if text is None:
        return None
    try:
        path, operator, rest = _parts(text)
        value = _list(rest) if rest.startswith("[") else _literal(rest)
        _fit(operator, value)
    except _UnfitError as error:
        faults.add(node.place, f"{quoted(text)}: {error}")
        return None
    return Condition(path, operator, value)


def _parts(text: str) -> _Parts:
    match = _PARTS.fullmatch(text)
    if not match or not _PATH.fullmatch(match[1]):
        raise _UnfitError(f"is no comparison; {_EXAMPLE}")
    operator = match[2].strip()
    if operator in ("==", "<>"):
        raise _UnfitError(f"{operator} is written {'=' if operator == '==' else '!='} here")
    if not match[3]:
        raise _UnfitError(f"compares with nothing; {_EXAMPLE}")
    return _Parts(match[1], cast("Operator", operator), match[3])


def _literal(text: str) -> Literals:
    match = _LITERAL.fullmatch(text)
    if not match:
        raise _UnfitError(
            "text of several words stands in quotes, and several comparisons that must all hold are a list"
        )
    return _value(match)


def _list(text: str) -> tuple[Literals, ...]:
    values: list[Literals] = []
    at = 1
    while True:
        match = _LITERAL.match(text, _skip(text, at))
        if not match:
            raise _UnfitError("holds a list that is not like [NL, BE, 'several words']")
        values.append(_value(match))
        at = _skip(text, match.end())
        if text[at:] == "]":
            return tuple(values)
        if text[at : at + 1] != ",":
            raise _UnfitError("holds a list that is not like [NL, BE, 'several words']")
        at += 1


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] == " ":
        at += 1
    return at


def _value(match: re.Match[str]) -> Literals:
    if match["single"] is not None:
        return match["single"].replace("''", "'")
    if match["double"] is not None:
        return match["double"]
    bare = match["bare"]
    if bare in ("true", "false"):
        return bare == "true"
    if _INT.fullmatch(bare):
        if len(bare) > _LONGEST_INT or abs(int(bare)) > _BIGGEST:
            raise _UnfitError("compares with a number beyond 2^53 - 1; compare with text in quotes")
        return int(bare)
    if _FLOAT.fullmatch(bare):
        if not math.isfinite(float(bare)):
            raise _UnfitError("compares with a number that is not finite")
        return float(bare)
    return bare


def _fit(operator: Operator, value: Literals | tuple[Literals, ...]) -> None:
    if (operator == "in") != isinstance(value, tuple):
        raise _UnfitError("in goes with a list such as [NL, BE], and a list goes with in")
    if operator in (">", ">=", "<", "<=") and isinstance(value, bool):
        raise _UnfitError("true and false have no order; use = or !=")
