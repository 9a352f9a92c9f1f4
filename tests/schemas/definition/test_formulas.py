"""A formula is read as arithmetic has it, printed so that it is read the same, and never guessed at."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.definition.arithmetic import Expression, Name, Negative, Number, Operation, names_in, written
from schemas.definition.faults import Faults, Place
from schemas.definition.formulas import DEEPEST, formula
from schemas.definition.nodes import Scalar
from streams.values import calculated
from tests.reference.reckoning import reckoned

NAMES = ["a", "b", "mrr_kept", "orders_60d", "m2", "users.retained"]
numbers = st.decimals(0, 10**6, places=3).map(lambda value: Number(str(value.normalize().quantize(Decimal("0.001")))))
expressions: st.SearchStrategy[Expression] = st.recursive(
    st.builds(Name, st.sampled_from(NAMES)) | numbers | st.builds(Number, st.sampled_from(["0", "1", "007", "0.10"])),
    lambda inner: st.builds(Negative, inner) | st.builds(Operation, st.sampled_from("+-*/"), inner, inner),
    max_leaves=12,
)
values = st.dictionaries(
    st.sampled_from(NAMES), st.none() | st.fractions(-1000, 1000, max_denominator=50), min_size=len(NAMES)
)


def read(text: str) -> tuple[Expression | None, tuple[str, ...], tuple[str, ...]]:
    """The tree, the names and the faults of a text."""
    faults = Faults("nsm.yaml")
    found = formula(Scalar(Place("metrics.m.formula", 7), text, quoted=True), faults)
    return found.expression, found.names, faults.lines()


@given(expressions)
def test_what_is_printed_is_read_as_the_same_tree(expression: Expression) -> None:
    text = written(expression)
    assume(len(text) <= 500 and names_in(expression) and not re.search(r"/ 0+(\.0+)?(?![\d.])", text))
    assert read(text) == (expression, names_in(expression), ())


@given(expressions, st.sampled_from(["", " ", "  ", "\n"]), st.sampled_from(["{}", "({})", " (({} ))"]))
def test_spaces_and_parentheses_that_are_not_needed_change_nothing(
    expression: Expression, space: str, around: str
) -> None:
    text = written(expression)
    assume(len(text) <= 100 and read(text)[0] is not None)
    spaced = re.sub(r" ?([-+*/()]) ?", rf"{space}\1{space}", text)
    assert read(around.format(spaced))[0] == expression


@given(expressions, values)
def test_it_comes_to_what_exact_arithmetic_comes_to(
    expression: Expression, operands: dict[str, Fraction | None]
) -> None:
    other = reckoned(written(expression), operands)
    found = calculated(expression, operands.get)
    assert found.value == (None if other is None else other.numerator)
    assert found.value is not None or found.below == 0
    if isinstance(expression, Operation) and expression.sign == "/" and found.value is not None:
        right = reckoned(written(expression.right), operands)
        assert right is not None
        assert found.below == right.numerator


@given(st.text(st.sampled_from("ab1.0+-*/() é×") | st.characters(), max_size=30))  # noqa: RUF001 - a sign that people write
def test_any_text_is_a_tree_or_one_sentence_at_its_line(text: str) -> None:
    expression, _, faults = read(text)
    assert (expression is None) == bool(faults)
    assert all(re.fullmatch(r"nsm\.yaml:7: metrics\.m\.formula: [^\n\r]+", fault) for fault in faults)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8 - 2 - 1 + 0 * a", 5),
        ("8 / 2 / 2 + 0 * a", 2),
        ("2 + 3 * 4 + 0 * a", 14),
        ("-2 * 3 + a", -5),
        ("2 - -3 + 0 * a", 5),
        ("-(2 + 3) * a", -5),
        ("0.1 + 0.2 + 0 * a", Fraction(3, 10)),
        ("1 / 3 * 3 * a", 1),
    ],
)
def test_signs_bind_as_everybody_writes_them(text: str, value: Fraction) -> None:
    expression, _, _ = read(text)
    assert expression is not None
    assert calculated(expression, {"a": Fraction(1)}.get).value == value


def test_nothing_comes_of_what_is_missing_or_over_nothing_and_what_no_float_can_show() -> None:
    for text in ("a / b", "0 * (a / b)", "1 - a / b", "c + 1", "0 * c", "a / c", "a / (a - a)"):
        expression, _, _ = read(text)
        assert expression is not None
        assert calculated(expression, {"a": Fraction(1), "b": Fraction(0)}.get).value is None, text
    big, _, _ = read("*".join(["a"] * 30))
    assert big is not None
    assert calculated(big, {"a": Fraction(10**9)}.get).value == 10**270
    assert calculated(big, {"a": Fraction(10**12)}.get).value is None
    assert calculated(big, {"a": Fraction(1, 10**12)}.get).value is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a b", 'lacks + - * or / before "b" (sign 3)'),
        ("a 3", 'lacks + - * or / before "3"'),
        ("2(a)", 'lacks + - * or / before "("'),
        ("a +", "ends where a name or a number is due"),
        ("a + * b", 'has "*" (sign 5) where a name or a number is due'),
        ("(a", 'opens a parenthesis at "(" (sign 1) that is not closed'),
        ("(a b)", 'opens a parenthesis at "(" (sign 1) that is not closed before "b" (sign 4)'),
        ("a)", 'closes a parenthesis at ")" (sign 2) that was not opened'),
        ("()", 'has ")" (sign 2) where a name'),
        ("a × b", "write * for it"),  # noqa: RUF001 - what is meant
        ("a − b", "write - for it"),  # noqa: RUF001 - what is meant
        ("a * 3%", "write 3% as 0.03"),
        ("a * 1,5", "decimals follow a point"),
        ("a * .5", "decimals stand between digits"),
        ("a ** b", 'has "*" (sign 4) where'),
        ("a.b.c", 'holds "." (sign 4), which no formula has'),
        ("a. b", 'holds "." (sign 2), which no formula has'),
        ("a.2", 'holds "." (sign 2), which no formula has'),
        ("a * 1234567890123456", "a number of more than 15 digits"),
        ("100", "is made of numbers only"),
        ("a / 0.00", "divides by 0.00, which never gives a reading"),
        ("-" * (DEEPEST + 1) + "a", "nested more than 30 deep"),
        ("(" * 200 + "a" + ")" * 200, "nested more than 30 deep"),
        ("", "is empty"),
    ],
)
def test_what_is_wrong_is_told_with_the_sign_it_is_at(text: str, told: str) -> None:
    expression, _, faults = read(text)
    assert expression is None
    assert len(faults) == 1
    assert told in faults[0]


def test_a_formula_that_is_broken_still_says_its_names() -> None:
    assert read("Orders + (revenu * 2 + orders")[1] == ("Orders", "revenu", "orders")
