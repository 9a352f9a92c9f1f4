"""Arithmetic on what measures come to, as Python has it, in exact rationals."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple


class Value(NamedTuple):
    """A metric at a moment; the denominator is None where nothing is divided."""

    numerator: Fraction
    denominator: Fraction | None

    @property
    def exact(self) -> Fraction | None:
        """None over nothing."""
        if self.denominator is None:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None


def divided(above: Sequence[Fraction | None], below: Sequence[Fraction | None]) -> list[Value | None]:
    operands = zip(above, below, strict=True)
    return [None if over is None or under is None else Value(over, under) for over, under in operands]


def reckoned(text: str, numbers: Mapping[str, Fraction | None]) -> Value | None:
    """A formula as Python reckons it, its numbers made exact; None where something is missing or divided by 0."""
    exact = re.sub(r"(?<![\w.])\d+(\.\d+)?", r'Fraction("\g<0>")', re.sub(r"(?<=[a-z_])\.", "__", text))
    named = {name.replace(".", "__"): number for name, number in numbers.items()}
    try:
        return Value(Fraction(eval(exact, {"Fraction": Fraction, **named})), None)  # noqa: S307 - an oracle of its own
    except (ZeroDivisionError, TypeError):
        return None
