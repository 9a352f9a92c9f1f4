"""The room that a guardrail leaves."""

from fractions import Fraction
from typing import Literal

import pytest

from streams.steering.headroom import headroom


@pytest.mark.parametrize(
    ("bound", "limit", "value", "left"),
    [
        ("max", 0.1, "0.075", "0.25"),
        ("max", 0.1, "0.1", "0"),
        ("max", 0.1, "0.15", "-0.5"),
        ("min", 20, "25", "0.25"),
        ("min", 20, "15", "-0.25"),
        ("max", -10, "-12", "0.2"),
        ("min", -10, "-12", "-0.2"),
        ("max", 0, "-3", "3"),
        ("min", 0, "-3", "-3"),
    ],
)
def test_headroom_is_a_part_of_the_limit(bound: Literal["min", "max"], limit: float, value: str, left: str) -> None:
    assert headroom(bound, limit, Fraction(value)) == Fraction(left)


def test_of_a_limit_next_to_nothing_no_part_is_told() -> None:
    assert headroom("max", 5e-324, Fraction(1)) is None
    assert headroom("max", 1e-200, Fraction(1)) is not None
