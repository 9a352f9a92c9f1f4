"""Which values are shown, and what the others come to, in the periods before the one that is read too."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model
from schemas.definition.loading import parse
from schemas.readings import Restated
from streams.cells import Cells
from streams.plan import compile_plan
from streams.readings import AsOf, Readings
from streams.restating.restated import Restating
from tests.streams.folding import DAY, HOUR, event, fold_log, raws, the_source
from tests.streams.laws import last_complete_segments, read

FIRST_OF_APRIL = 1_775_001_600_000
PLAN = compile_plan(
    parse("""\
company: Test
time_zone: UTC
events: {topic: shop, keyed_by: user_id, lateness: 400d}
dimensions: {city: {property: city, limit: 2}}
measures:
  orders:  {count: order, by_dimension: [city]}
  revenue: {sum: order.amount, by_dimension: [city]}
metrics:
  orders: {measure: orders, window: [{calendar: month}, {calendar: week}]}
  revenue: {measure: revenue, window: {calendar: day}}
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
        return {one.segment: one.value for one in last_complete_segments(readings, "orders", MONTH, at)}

    assert shown() == {"Urk": 3, "Goes": 2, "other": 2}
    assert shown((0, "Epe")) == {"Epe": 1, "Urk": 3, "other": 3}


def test_when_a_period_begins_no_segment_of_the_last_is_lost() -> None:
    at = FIRST_OF_APRIL + HOUR
    readings = orders(at, (-9, "Ede"), (-9, "Goes"), (-9, "Urk"), (-9, "Urk"), (0, "Epe"))
    found = list(readings.segments_now("orders", MONTH, at))
    assert [now.segment for now, _ in found] == ["Epe", "Urk", "other"]
    assert [now.value for now, _ in found] == [1, 0, 0]
    assert [last.value for _, last in found if last] == [0, 2, 2]
    assert [one.segment for one in readings.segments("orders", MONTH, at)] == ["Epe"]


def test_what_came_late_and_makes_up_for_what_was_there_is_restated_in_other() -> None:
    days = [(0, "Urk", -5), (0, "Ede", 7), (0, "Epe", 6), (1, "Ede", 1), (0, "Urk", 5), (0, "Goes", 1)]
    log = [
        event(str(n), "order", "ann", FIRST_OF_APRIL + d * DAY, city=city, amount=amount)
        for n, (d, city, amount) in enumerate(days)
    ]
    source = the_source(PLAN)
    folded = fold_log(source, raws(log), restating=Restating(PLAN, source, counts=True))
    assert not any("|Urk" in field for series, field in folded.cells if series == "revenue.day")
    at = FIRST_OF_APRIL + DAY
    readings = Readings(PLAN, Cells.of([folded.snapshot()]), AsOf(at, 0))
    day = model.Calendar(model.Unit.DAY)
    whole = readings.last_complete("revenue", day)
    assert whole is not None
    assert whole.restated == Restated(value=Fraction(8), by=Fraction(6))
    parts = {one.segment: one.restated for one in last_complete_segments(readings, "revenue", day, at)}
    assert parts == {"Ede": None, "Epe": None, "other": Restated(value=Fraction(-5), by=Fraction(6))}
