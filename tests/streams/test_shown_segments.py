"""Which values are shown, and what the others come to, in the periods before the one that is read too."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model
from schemas.definition.loading import parse
from streams.plan import compile_plan
from streams.readings import Readings
from tests.streams.folding import DAY, HOUR, event
from tests.streams.laws import read

FIRST_OF_APRIL = 1_775_001_600_000
PLAN = compile_plan(
    parse("""\
company: Test
time_zone: UTC
events: {topic: shop, keyed_by: user_id, lateness: 400d}
dimensions: {city: {property: city, limit: 2}}
measures: {orders: {count: order, by_dimension: [city]}}
metrics:
  orders: {measure: orders, window: [{calendar: month}, {calendar: week}]}
  grown:  {growth: {of: orders, over: 1 period}, window: [{calendar: month}, {rolling: 28d}]}
north_star: {metric: orders}
""")
)
MONTH = model.Calendar(model.Unit.MONTH)
CITIES = ["Ede", "Epe", "Goes", "Urk", "a|1", "|", "\x00", "other", "none", ""]


def orders(at: int, *several: tuple[int, str]) -> Readings:
    """One for each city, so many days after the first of April."""
    log = [event(str(n), "order", "ann", FIRST_OF_APRIL + d * DAY, city=city) for n, (d, city) in enumerate(several)]
    return read(PLAN, log, at, [])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(-90, 10), st.sampled_from(CITIES)), max_size=30), st.integers(0, 20))
def test_segments_add_up_to_the_whole_over_what_it_is_compared_with_as_well(
    several: list[tuple[int, str]], day: int
) -> None:
    at = FIRST_OF_APRIL + day * DAY
    readings = orders(at, *several, (0, "other"), (0, ""))
    for window in PLAN.definition.metrics["orders"].windows:
        whole, parts = readings.running("orders", window, at), list(readings.segments("orders", window, at))
        assert whole.pace is not None
        assert sum(one.value or 0 for one in parts) == whole.value
        assert sum(one.pace.value for one in parts if one.pace) == whole.pace.value
    for window in PLAN.definition.metrics["grown"].windows:
        whole, parts = readings.running("grown", window, at), list(readings.segments("grown", window, at))
        assert sum(one.numerator for one in parts) == whole.numerator
        assert sum(one.denominator or 0 for one in parts) == whole.denominator


def test_what_went_away_is_in_other_so_that_it_does_not_seem_to_grow() -> None:
    at = FIRST_OF_APRIL + DAY
    readings = orders(
        at, *[(-31, "Urk")] * 9, (-30, "Goes"), (0, "Ede"), (0, "Ede"), (0, "Epe"), (0, "Epe"), (0, "Goes")
    )
    found = {one.segment: one.value for one in readings.segments("grown", MONTH, at)}
    assert found == {"Ede": None, "Epe": None, "other": Fraction(-9, 10)}


def test_before_anything_of_a_period_has_come_the_largest_of_the_last_are_shown() -> None:
    at = FIRST_OF_APRIL + HOUR
    march = [(-9, "Ede"), (-9, "Epe"), *[(-9, "Goes")] * 2, *[(-9, "Urk")] * 3]

    def shown(*april: tuple[int, str]) -> dict[str, object]:
        readings = orders(at, *march, *april)
        return {one.segment: one.value for one in readings.last_complete_segments("orders", MONTH, at)}

    assert shown() == {"Urk": 3, "Goes": 2, "other": 2}
    assert shown((0, "Epe")) == {"Epe": 1, "Urk": 3, "other": 3}
