"""Formulas as trees: ``mrr_kept / mrr_base * 100`` is ``((mrr_kept / mrr_base) * 100)``.

    written ◀── sum of products of signed things ──▶ names

Numbers stay the decimals that were written, so that nothing is lost before the readings are divided.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

Sign = Literal["+", "-", "*", "/"]


class Number(msgspec.Struct, frozen=True, tag="number"):
    """A decimal without sign, as it was written: ``0.10``."""

    text: str


class Name(msgspec.Struct, frozen=True, tag="name"):
    """A measure or a metric."""

    name: str


class Negative(msgspec.Struct, frozen=True, tag="negative"):
    """Minus a thing; it binds before ``*`` and ``/``."""

    of: "Expression"


class Operation(msgspec.Struct, frozen=True, tag="operation"):
    """Of the left and the right; of two alike the left comes first."""

    sign: Sign
    left: "Expression"
    right: "Expression"


Expression = Number | Name | Negative | Operation

_SUM, _PRODUCT, _SIGNED, _ALONE = range(4)


def written(expression: Expression) -> str:
    """As text that is read as the same tree, with no parentheses but those that this needs."""
    match expression:
        case Number(text):
            return text
        case Name(name):
            return name
        case Negative(of):
            return f"-{_inside(of, _SIGNED)}"
        case Operation(sign, left, right):
            binds = _binding(expression)
            return f"{_inside(left, binds)} {sign} {_inside(right, binds + 1)}"


def names_in(expression: Expression) -> tuple[str, ...]:
    """Each once, in the order that they are read."""
    return tuple(dict.fromkeys(_names(expression)))


def operations_in(expression: Expression) -> Iterator[Operation]:
    """The inner ones first, and the left ones before the right."""
    match expression:
        case Negative(of):
            yield from operations_in(of)
        case Operation(_, left, right):
            yield from operations_in(left)
            yield from operations_in(right)
            yield expression
        case _:
            return


def _names(expression: Expression) -> Iterator[str]:
    match expression:
        case Name(name):
            yield name
        case Negative(of):
            yield from _names(of)
        case Operation(_, left, right):
            yield from _names(left)
            yield from _names(right)
        case Number():
            return


def _inside(expression: Expression, binds: int) -> str:
    text = written(expression)
    return text if _binding(expression) >= binds else f"({text})"


def _binding(expression: Expression) -> int:
    match expression:
        case Operation(sign):
            return _SUM if sign in "+-" else _PRODUCT
        case Negative():
            return _SIGNED
        case _:
            return _ALONE
