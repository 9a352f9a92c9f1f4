"""Whatever the text is, it is a definition or a list of faults, never a traceback."""

import re

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition.loading import parse
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import RICH, STEERED

FAULT = re.compile(r"nsm\.yaml:\d+: [^\n\r]+")
WORDS = sorted(
    set(re.findall(r"[\w.+%-]+", RICH + STEERED))
    | {"", "null", "[", "]", "{", "}", "&a", "*a", "<<", "!!binary", "- ", ": "}
)

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=8) | st.sampled_from(WORDS)
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=25,
)


def judge(text: str) -> None:
    """Good, or faults of one line each, with file and a line number within the text, in order."""
    faults: tuple[str, ...] = ()
    try:
        parse(text)
    except DefinitionError as error:
        faults = error.faults or ("no fault was told",)
    for fault in faults:
        assert FAULT.fullmatch(fault), fault
        fault.encode()
    numbers = [int(fault.split(":")[1]) for fault in faults]
    assert numbers == sorted(numbers)
    assert all(1 <= number <= len(re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)) for number in numbers)


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_text(text: str) -> None:
    judge(text)


@settings(deadline=None)
@given(trees)
def test_any_yaml(tree: object) -> None:
    judge(yaml.safe_dump(tree, allow_unicode=True))


@settings(deadline=None)
@given(st.data())
def test_a_good_definition_with_one_value_replaced_by_anything(data: st.DataObject) -> None:
    tree = yaml.load(data.draw(st.sampled_from([RICH, STEERED])), yaml.BaseLoader)  # noqa: S506 - makes nothing but text, lists and mappings
    node = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = data.draw(trees)
    judge(yaml.safe_dump(tree, sort_keys=False))


@settings(deadline=None)
@given(
    st.sampled_from([RICH, STEERED]),
    st.lists(
        st.tuples(st.integers(0, len(STEERED)), st.integers(0, 6), st.sampled_from(WORDS) | st.text(max_size=3)),
        max_size=4,
    ),
)
def test_a_good_definition_with_pieces_cut_out_and_put_in(text: str, cuts: list[tuple[int, int, str]]) -> None:
    for at, length, put in cuts:
        text = text[:at] + put + text[at + length :]
    judge(text)


@settings(deadline=None)
@given(st.permutations(range(len(RICH.splitlines()))))
def test_a_good_definition_with_its_lines_shuffled(order: list[int]) -> None:
    lines = RICH.splitlines()
    judge("\n".join(lines[n] for n in order))
