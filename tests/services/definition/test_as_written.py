"""What is told of a definition can be written into a file, and is read there as the same."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.definition.loading import parse
from schemas.definition.model import (
    Calendar,
    CloudEventsFormat,
    Condition,
    FlatFormat,
    Growth,
    Lifetime,
    Plain,
    Quantile,
    Ratio,
    RollingDays,
    RollingSpan,
    Share,
    Unit,
    Window,
)
from schemas.definition.steering import Change, Hold, Milestone, Reach
from services.definition.as_written import length, written

TEXT = """\
company: Test
time_zone: UTC
events: {topic: t, keyed_by: user_id}
measures:
  orders: {count: order, where: [WHERE]}
metrics:
  orders: {measure: orders, window: WINDOW}
north_star: {metric: orders}
"""
MINUTE = 60_000
SPANS = st.sampled_from(
    [(60 * MINUTE, 5 * MINUTE), (60 * MINUTE, MINUTE), (5 * MINUTE, 5 * MINUTE), (48 * 60 * MINUTE, 60 * MINUTE)]
)
WINDOWS: st.SearchStrategy[Window] = st.one_of(
    st.sampled_from([Calendar(unit) for unit in Unit]),
    st.integers(1, 366).map(RollingDays),
    SPANS.map(lambda span: RollingSpan(*span)),
    st.just(Lifetime()),
)
WORDS = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=9)
LITERALS = st.one_of(
    WORDS.filter(lambda text: text == text.strip()), st.integers(-(10**9), 10**9), st.booleans(), st.just(0.5)
)


def read(where: str = "a = b", window: str = "lifetime") -> Any:
    quoted = where.replace('"', '\\"') if "\\" not in where else where
    return parse(TEXT.replace("WHERE", f'"{quoted}"').replace("WINDOW", window))


@given(st.lists(WINDOWS, min_size=1, max_size=4, unique_by=lambda window: window.label))
def test_windows_are_read_back_as_they_were(windows: list[Window]) -> None:
    assert read(window=written(tuple(windows))).metrics["orders"].windows == tuple(windows)


@given(LITERALS.filter(lambda value: not isinstance(value, str) or "\\" not in value))
def test_conditions_are_read_back_as_they_were(value: Any) -> None:
    one = Condition("plan", "=", value)
    some = Condition("plan", "in", (value, "other"))
    for condition in (one, some):
        [found] = read(where=written(condition)).measures["orders"].where
        assert (found, repr(found)) == (condition, repr(condition))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ((), "nothing"),
        (0, "0"),
        (False, "false"),
        (3.0, "3"),
        (0.1, "0.1"),
        (date(2026, 1, 2), "2026-01-02"),
        (("Ede",), "[Ede]"),
        (Plain("orders"), "{measure: orders}"),
        (Ratio("a", "b"), "{ratio: [a, b]}"),
        (Growth("a"), "{growth: {of: a, over: 1 period}}"),
        (Growth("a", 12), "{growth: {of: a, over: 12 periods}}"),
        (Share("a", "city", ("Ede",)), "{share: {of: a, segment: {city: Ede}}}"),
        (Share("a", "city", ("Ede", "Urk")), "{share: {of: a, segment: {city: [Ede, Urk]}}}"),
        (Quantile("a", "0.95"), "{quantile: 0.95, of: a}"),
        (Change(15.0), "{change: +15%}"),
        (Change(-2.5), "{change: -2.5%}"),
        (Reach(35.0), "{reach: 35}"),
        (Hold(35.0, 28), "{hold: 35, for: 28d}"),
        ((Milestone(by=date(2026, 1, 2), value=3.0),), "[{by: 2026-01-02, value: 3}]"),
        (FlatFormat(), "flat"),
        (FlatFormat(time="ts"), "{id: event_id, type: event, time: ts}"),
        (FlatFormat(places={"city": "a.b"}), "{id: event_id, type: event, time: time, city: a.b}"),
        (CloudEventsFormat(), "cloudevents"),
    ],
)
def test_each_value_is_written_as_the_file_has_it(value: object, text: str) -> None:
    assert written(value) == text


def test_lengths_come_in_the_largest_unit_that_fits() -> None:
    assert [length(ms) for ms in (None, 0, 90_000, 36 * 3_600_000, 86_400_000, 1)] == [
        None,
        None,
        "90s",
        "36h",
        "1d",
        "1 ms",
    ]
