"""Amounts are what the text says: held to decimal arithmetic of any length."""

from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.definition.model import FlatFormat
from schemas.events.needs import BIGGEST, EventNeeds, Needs, RawRecord
from streams.events.amounts import exact, scaled
from streams.events.decoding import Decoder

WIDE = Context(prec=2000)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """JSON numbers as people, programs and nobody write them."""
    digits = draw(st.one_of(st.integers(0, 9999), st.integers(0, 10**20)))
    text = str(digits)
    if draw(st.booleans()):
        text += "." + draw(st.text("0123456789", min_size=1, max_size=25))
    if draw(st.booleans()):
        text += draw(st.sampled_from("eE")) + draw(st.sampled_from(["", "+", "-"])) + str(draw(st.integers(0, 40)))
    return draw(st.sampled_from(["", "-"])) + text


def expected(text: str, decimals: int) -> int | None:
    units = int(Decimal(text).scaleb(decimals, WIDE).to_integral_value(ROUND_HALF_UP, WIDE))
    return units if abs(units) <= BIGGEST else None


def decode(texts: list[str], decimals: int) -> tuple[list[int | None], list[int]]:
    decoder = Decoder(Needs(format=FlatFormat(), every=EventNeeds(amounts={"amount": decimals})))
    raws = [
        RawRecord(i, 0, None, f'{{"event_id":"{i}","event":"e","time":1,"amount":{text}}}'.encode(), ())
        for i, text in enumerate(texts)
    ]
    decoded = decoder.decode(raws)
    assert {refused.reason for refused in decoded.refused} <= {"bad_number"}
    return decoded.amounts["amount"].tolist(), [refused.index for refused in decoded.refused]


@given(st.lists(numbers(), min_size=1, max_size=8), st.integers(0, 12))
@example(["0.125", "-0.125", "1.005", "2.675", "0.005", "-0.005"], 2)
@example(["0.5", "1.5", "2.5", "-0.5", "0.49999999999999999999", "0.50000000000000000001"], 0)
@example(["-0", "-0.0", "0e999", "1e-400", "-1e-400"], 2)
@example(["9007199254740991", "-9007199254740991", "9007199254740992", "9007199254740991.4", "9007199254740991.5"], 0)
@example(["90071992547409.91", "90071992547409.92", "123456789012345.67"], 2)
@example(["17592186044415.5", "17592186044416.5", "17592186044417.5"], 0)
@example(["0." + "0" * 400 + "1", "1." + "1" * 400], 6)
def test_an_amount_is_what_decimal_arithmetic_makes_of_its_text(texts: list[str], decimals: int) -> None:
    column, refused = decode(texts, decimals)
    wanted = [expected(text, decimals) for text in texts]
    assert refused == [i for i, units in enumerate(wanted) if units is None]
    assert column == [units for units in wanted if units is not None]


@given(st.integers(-(10**17), 10**17), st.integers(0, 12))
def test_exact_agrees_with_decimal_arithmetic_around_the_limit(units: int, decimals: int) -> None:
    text = str(Decimal(units).scaleb(-decimals, WIDE))
    assert exact(Decimal(text), decimals) == (units if abs(units) <= BIGGEST else None)


@given(st.floats(allow_nan=False), st.integers(0, 30))
def test_a_float_decides_only_what_its_whole_neighbourhood_decides(value: float, decimals: int) -> None:
    units, doubtful = scaled(np.array([value]), decimals)
    if doubtful[0]:
        return
    for text in (
        np.nextafter(value, -np.inf),
        value,
        np.nextafter(value, np.inf),
    ):  # all that reads as this lies between
        assert exact(Decimal(float(text)), decimals) == units[0]


@pytest.mark.parametrize("decimals", [0, 2, 6])
def test_no_amount_however_large_raises(decimals: int) -> None:
    assert exact(Decimal("1e999999999999999"), decimals) is None
    assert exact(Decimal("-1e999999999999999"), decimals) is None
    assert exact(Decimal("1e-999999999999999"), decimals) == 0
    assert exact(Decimal("0e999999999999999"), decimals) == 0
