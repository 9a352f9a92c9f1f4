"""The laws of segments of entities: each is what the measure is of its events alone, in whatever order they come."""

import random
from collections import Counter
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model
from schemas.definition.loading import parse
from streams.fold import unpack
from streams.plan import compile_plan
from streams.segmentation import segmented_by
from tests.streams import meaning
from tests.streams.folding import DAY, HOUR, definition, event, fold_log, nonzero, raws, the_source
from tests.streams.laws import is_the_same_in_any_order, last_complete_segments, read
from tests.streams.split import SEEN, SEGMENTS, segment_of, split
from tests.streams.spread import value_of

ZONES = ["UTC", "Europe/Amsterdam", "America/St_Johns"]
START = 1_774_500_000_000
PLANS = {zone: compile_plan(split(zone)) for zone in ZONES}
OF_USERS = ("customers", "regulars", "actives", "firsts", "repeats", "reorders")


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events of a few customers in several cities, close together often enough."""
    events = []
    for number in range(draw(st.integers(1, 25))):
        t = START + draw(st.integers(0, 8)) * 25 * HOUR + draw(st.sampled_from([0, 1, HOUR, DAY, 3 * DAY, 31 * DAY]))
        properties: dict[str, Any] = {}
        if draw(st.integers(0, 5)):
            properties["city"] = draw(st.sampled_from(SEEN))
        if draw(st.booleans()):
            properties["vip"] = draw(st.booleans())
        if draw(st.booleans()):
            items = st.fixed_dictionaries({"sku": st.sampled_from("ab"), "qty": st.integers(0, 2)})
            properties["items"] = draw(st.lists(items, max_size=3))
        user = draw(st.sampled_from(["ann", "bob", "1:cé", None]))
        events.append(event(f"e{number}", draw(st.sampled_from(["order", "order", "view"])), user, t, **properties))
    return events


@settings(max_examples=100, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(1, 3))
def test_order_batches_and_partitions_change_no_cell(
    events: list[dict[str, Any]], rng: random.Random, zone: str, partitions: int
) -> None:
    assert is_the_same_in_any_order(PLANS[zone], events, rng, partitions)


@settings(max_examples=120, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 42))
def test_a_segment_is_what_the_measure_is_of_its_events_alone_at_any_moment(
    events: list[dict[str, Any]], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    readings = read(plan, events, at, [rng.randrange(1, 25) for _ in range(3)])
    alone = {segment: [one for one in events if segment_of(one) == segment] for segment in SEGMENTS}
    for name in OF_USERS:
        measure, metric = plan.definition.measures[name], plan.definition.metrics[f"m_{name}"]
        for window in metric.windows:
            inside = meaning.in_window(window, zone, at)
            shown = Counter(
                {
                    one.segment: one.value or Fraction(0)
                    for one in readings.segments(metric.name, window, at)
                    if one.dimension == "city"
                }
            )
            assert {"Ede", "Goes"} <= shown.keys() <= set(SEGMENTS)
            expected = {segment: meaning.number(measure, alone[segment], inside) for segment in SEGMENTS}
            assert {segment: shown[segment] for segment in SEGMENTS} == expected, (name, window)


@settings(max_examples=80, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 42))
def test_each_part_of_a_life_is_lived_in_each_segment_apart(
    events: list[dict[str, Any]], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    readings = read(plan, events, at, [rng.randrange(1, 25) for _ in range(3)])
    for part in model.Part:
        measure = plan.definition.measures[f"lives.{part.value}"]
        assert isinstance(measure, model.Lifecycle)
        for window in plan.definition.metrics[f"m_{measure.name}"].windows:
            assert isinstance(window, model.Calendar)
            for one in readings.segments(f"m_{measure.name}", window, at):
                alone = [event for event in events if segment_of(event) == one.segment]
                assert one.value == meaning.life(measure, alone, window.unit, zone, at), (part, window, one.segment)


@settings(max_examples=80, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 70))
def test_each_part_of_a_net_retention_is_of_what_was_paid_in_the_segment(
    events: list[dict[str, Any]], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    paid = [one | ({"amount": rng.choice([5, -5, 2.5, 0])} if rng.random() < 0.8 else {}) for one in events]
    readings = read(plan, paid, at, [rng.randrange(1, 25) for _ in range(3)])
    for part in model.NetPart:
        measure = plan.definition.measures[f"paid.{part.value}"]
        assert isinstance(measure, model.NetRetention)
        for window in plan.definition.metrics[f"m_{measure.name}"].windows:
            assert isinstance(window, model.Calendar)
            for one in readings.segments(f"m_{measure.name}", window, at):
                alone = [event for event in paid if segment_of(event) == one.segment]
                assert one.value == meaning.net(measure, alone, window.unit, zone, at), (part, window, one.segment)


@settings(max_examples=80, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 42))
def test_a_conversion_is_in_the_segment_of_its_start_whatever_its_end_carries(
    events: list[dict[str, Any]], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    readings = read(plan, events, at, [rng.randrange(1, 25) for _ in range(3)])
    for name in ("converted", "viewed_again"):
        measure = plan.definition.measures[name]
        assert isinstance(measure, model.Conversion)
        for window in plan.definition.metrics[f"m_{name}"].windows:
            inside = meaning.in_window(window, zone, at)
            found = readings.segments(f"m_{name}", window, at)
            shown = Counter({one.segment: one.value or 0 for one in found if one.dimension == "city"})
            for segment in SEGMENTS:
                starts = [one for one in events if one["event"] == measure.of and segment_of(one) == segment]
                assert shown[segment] == meaning.conversions(measure, events, starts, inside), (name, window, segment)


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_whole_is_what_it_is_without_segments(events: list[dict[str, Any]], rng: random.Random) -> None:
    given = PLANS["UTC"].definition
    bare = {name: msgspec.structs.replace(one, by_dimension=()) for name, one in given.measures.items()}
    without = the_source(compile_plan(msgspec.structs.replace(given, measures=bare)))
    cuts = [rng.randrange(1, 25) for _ in range(3)]
    folded = nonzero([fold_log(the_source(PLANS["UTC"]), raws(events), cuts)])
    whole = {key: number for key, number in folded.items() if "|" not in key[1] or "||" in key[1]}
    assert whole == nonzero([fold_log(without, raws(events), cuts)])


def test_who_is_seen_in_two_of_the_others_counts_once_in_other_and_a_day_in_two_cities_is_one_customer() -> None:
    cities = ["Urk", "Epe", "Ede", "Goes", "other", "", "none"]
    events = [event(str(n), "order", "ann", START + n, city=city) for n, city in enumerate(cities)]
    readings, window = read(PLANS["UTC"], events, START + HOUR, [2, 4]), model.Calendar(model.Unit.DAY)

    def shown(metric: str) -> dict[str, Fraction | None]:
        found = readings.segments(metric, window, START + HOUR)
        return {one.segment: one.value for one in found if one.dimension == "city"}

    assert shown("m_customers") == {"Ede": 1, "Goes": 1, "other": 1, "none": 1}
    assert readings.running("m_customers", window, START + HOUR).value == 1
    assert shown("m_repeats") == {"Ede": 0, "Goes": 0, "other": 2, "none": 1}
    assert shown("orders_each") == {"Ede": 1, "Goes": 1, "other": 3, "none": 2}


def test_a_ratio_has_segments_where_both_its_sides_are_split_by_the_dimension() -> None:
    given = PLANS["UTC"].definition
    assert segmented_by(given, "orders_each") == segmented_by(given, "kept") == ("city",)
    assert segmented_by(given, "m_actives") == ("vip", "city")
    assert segmented_by(given, "unsplit") == ()


def test_a_dimension_that_no_entity_is_counted_by_shows_the_largest_up_to_its_limit() -> None:
    events = [event(str(n), "order", "ann", START, city=f"city {n % 7}") for n in range(9)]
    readings, window = read(PLANS["UTC"], events, START, []), model.Calendar(model.Unit.DAY)
    segments = [one.segment for one in readings.segments("m_orders", window, START)]
    assert segments == ["Goes", "Ede", "city 0", "city 1", "city 2", "other"]
    assert [one.segment for one in readings.segments("orders_each", window, START)] == ["Goes", "Ede", "other"]


@pytest.mark.parametrize("cities", [1, 50])
def test_a_record_is_as_long_as_the_horizon_and_there_is_one_for_each_entity_and_segment(cities: int) -> None:
    plan = compile_plan(split(lateness_ms=2 * DAY, dedupe_ms=0))
    log = [
        event(str(n), "order", f"u{n % 3}", START + n * HOUR // 4, city=f"c{n % cities}" if n % 2 else "Ede")
        for n in range(4000)
    ]
    appended = [START + n * HOUR // 4 for n in range(4000)]
    folded = fold_log(the_source(plan), raws(log, appended), range(100, 4000, 100))
    packed = folded.packed["user_id|city"]
    assert len(packed) == 3 * 2  # Ede and other, however many others there are
    longest = max(len(points) for record in packed.values() for points in unpack(record))
    assert longest < 4 * 24 * 2.5
    assert folded.totals["counted"] == 4000
    assert not any(name.startswith("overflow|customers") for name in folded.totals)


def test_what_a_segment_remembers_is_stored_by_number_and_the_values_are_in_the_version() -> None:
    given, folded = PLANS["UTC"], fold_log(the_source(PLANS["UTC"]), raws([event("1", "order", "ann", START)]))
    assert list(folded.packed["user_id|city"]) == ["2:ann"]

    def version(one: model.Definition, *values: str, limit: int = 5) -> str:
        cities = model.Dimension(name="city", property="city", limit=limit, values=values)
        return compile_plan(msgspec.structs.replace(one, dimensions=one.dimensions | {"city": cities})).version

    assert version(given.definition, "Ede", "Goes", limit=9) == given.version
    assert len({version(given.definition, *values) for values in ((), ("Ede",), ("Ede", "Urk"))} | {given.version}) == 4
    assert version(definition(), "Ede") == version(definition(), "Urk") == compile_plan(definition()).version


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(-1, 42))
def test_in_every_window_the_segments_are_the_same_the_largest_over_the_longest(
    events: list[dict[str, Any]], day: int
) -> None:
    text = """\
company: Test
time_zone: UTC
events: {topic: shop, keyed_by: user_id, lateness: 400d}
dimensions: {city: {property: city, limit: 2}}
measures: {orders: {count: order, by_dimension: [city]}}
metrics: {orders: {measure: orders, window: [{calendar: day}, {rolling: 28d}, {calendar: month}]}}
north_star: {metric: orders}
"""
    plan, at = compile_plan(parse(text)), START + day * DAY
    readings, metric = read(plan, events, at, []), plan.definition.metrics["orders"]
    shown = [[one.segment for one in readings.segments("orders", window, at)] for window in metric.windows]
    longest = metric.windows[2]
    inside = meaning.in_window(longest, "UTC", at)
    sizes = Counter(
        segment
        for one in events
        if one["event"] == "order" and inside(one["time"]) and (segment := value_of(one, "city")) not in ("", "none")
    )
    largest = sorted(sizes.keys() - {"other"}, key=lambda city: (-sizes[city], city))[:2]
    assert shown[2][: len(largest)] == largest
    for window, mine in zip(metric.windows, shown, strict=True):
        assert mine[: len(largest)] == largest, window
        whole = readings.running("orders", window, at).value
        assert sum(one.value or 0 for one in readings.segments("orders", window, at)) == whole
    complete = [one.segment for one in last_complete_segments(readings, "orders", metric.windows[0], at)]
    assert complete[: len(largest)] == (largest if complete else [])
