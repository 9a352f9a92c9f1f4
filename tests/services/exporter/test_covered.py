"""What is known already is asked once."""

from hypothesis import given
from hypothesis import strategies as st

from services.exporter.covered import Covered
from streams.state.port import KeySpan

SPANS = st.builds(KeySpan, st.none() | st.integers(-5, 30), st.integers(-5, 30))


def numbers(span: KeySpan) -> set[int]:
    return set(range(-50 if span.first is None else span.first, span.last + 1))


@given(st.lists(SPANS), SPANS)
def test_what_is_missing_of_a_span_is_what_was_never_added(added: list[KeySpan], asked: KeySpan) -> None:
    covered = Covered()
    for span in added:
        covered.add(span)
    missing = covered.missing(asked)
    found = [number for span in missing for number in sorted(numbers(span))]
    assert found == sorted(numbers(asked) - set().union(*map(numbers, added)))
    assert all(span.first is None for span in missing if span.first == -(2**62))
