"""The laws of the fold: order, batches, partitions, duplicates change nothing, and numbers mean what they say."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.definition import model, steering
from streams.cells import Cells
from streams.plan import SourcePlan, compile_plan
from streams.readings import AsOf, Readings
from tests.streams import meaning
from tests.streams.folding import DAY, HOUR, definition, event, fold_log, nonzero, raws, the_source
from tests.streams.laws import is_the_same_in_any_order

ZONES = ["UTC", "Europe/Amsterdam", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"]
START = 1_774_500_000_000  # two days before Europe's clocks go forward in 2026
PLANS = {zone: compile_plan(definition(zone)) for zone in ZONES}


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events of a few customers over two weeks, close together often enough, some without what a measure needs."""
    size = draw(st.integers(1, 25))
    events = []
    for number in range(size):
        step = draw(st.sampled_from([0, 1, HOUR, 7 * HOUR, DAY, 3 * DAY, 3 * DAY + 1, 5 * DAY]))
        t = START + draw(st.integers(0, 12)) * 25 * HOUR + step
        properties: dict[str, Any] = {}
        if draw(st.booleans()):
            properties["city"] = draw(st.sampled_from(["Ede", "Goes", "Urk", "Epe", "Oss", ""]))
        if draw(st.integers(0, 9)):
            properties["amount"] = draw(st.sampled_from([12.34, -5, 0, 50, 50.01, 99.99, 1e6]))
        if draw(st.booleans()):
            properties["items"] = draw(
                st.lists(st.fixed_dictionaries({"sku": st.sampled_from("abc"), "qty": st.integers(-1, 2)}), max_size=4)
            )
        user = draw(st.sampled_from(["ann", "bob", "cé", None]))
        events.append(event(f"e{number}", draw(st.sampled_from(["order", "order", "view"])), user, t, **properties))
    return events


@settings(max_examples=150, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(1, 3))
def test_order_batches_and_partitions_change_no_cell(
    events: list[dict[str, Any]], rng: random.Random, zone: str, partitions: int
) -> None:
    assert is_the_same_in_any_order(PLANS[zone], events, rng, partitions)


@settings(max_examples=100, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_an_event_sent_again_changes_nothing_but_the_count_of_duplicates(
    events: list[dict[str, Any]], rng: random.Random
) -> None:
    source = the_source(PLANS["UTC"])
    again = events + [rng.choice(events) for _ in range(len(events) // 3)]
    folded = fold_log(source, raws(again), [rng.randrange(1, 30) for _ in range(4)])
    assert nonzero([folded]) == nonzero([fold_log(source, raws(events))])
    assert folded.totals["duplicate"] == len(again) - len(events)
    assert folded.totals["counted"] == len(events)


@settings(max_examples=150, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 21), st.integers(0, 23))
def test_every_metric_means_what_its_sql_says_at_any_moment(
    events: list[dict[str, Any]], rng: random.Random, zone: str, day: int, hour: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY + hour * HOUR
    rng.shuffle(events)
    folded = fold_log(the_source(plan), raws(events), [rng.randrange(1, 30) for _ in range(3)])
    readings = Readings(plan, Cells.of([folded.snapshot()]), AsOf(at, 0))
    for name, measure in plan.definition.measures.items():
        for window in plan.definition.metrics[f"m_{name}"].windows:
            inside = meaning.in_window(window, zone, at)
            assert readings.running(f"m_{name}", window, at).value == meaning.number(measure, events, inside), (
                name,
                window,
            )


LIMIT = 1
FEW_SHOWN = compile_plan(
    msgspec.structs.replace(
        definition(), dimensions={"city": model.Dimension(name="city", property="city", limit=LIMIT)}
    )
)
CITIES = ("Ede", "Goes", "Urk", "Epe", "Oss")


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from([model.Calendar(model.Unit.MONTH), model.RollingDays(3), model.Lifetime()]))
@example(
    [event(city, "order", "ann", START + n, city=city, amount=n) for n, city in enumerate(CITIES, 1)], model.Lifetime()
)
def test_segments_are_each_what_their_events_come_to_and_add_up_to_the_whole(
    events: list[dict[str, Any]], window: model.Window
) -> None:
    plan, at = FEW_SHOWN, START + 6 * DAY
    folded = fold_log(the_source(plan), raws(events))
    readings = Readings(plan, Cells.of([folded.snapshot()]), AsOf(at, 0))
    inside = meaning.in_window(window, "UTC", at)
    for metric in ("m_orders", "m_revenue", "m_amounts"):
        measure = plan.definition.measures[metric[2:]]
        segments = {one.segment: one.value for one in readings.segments(metric, window, at)}
        shown = [city for city in CITIES if city in segments]
        assert len(shown) <= LIMIT
        assert segments.keys() <= {*shown, "other", "none"}
        right = {city: meaning.number(measure, events, inside, city) for city in CITIES}
        assert {city: segments[city] for city in shown} == {city: right[city] for city in shown}
        assert segments.get("other", 0) == sum(right[city] for city in CITIES if city not in shown)
        assert segments.get("none", 0) == meaning.number(measure, events, inside, "")
        assert sum(value for value in segments.values() if value) == readings.running(metric, window, at).value


@pytest.mark.parametrize(("within", "expected"), [(1000, 1), (999, 0)])
def test_a_repeat_at_exactly_the_limit_counts(within: int, expected: int) -> None:
    given = definition()
    measures: dict[str, model.Measure] = {
        "repeats_3d": model.Repeat(name="repeats_3d", source="shop", of="order", entity=("user_id",), within_ms=within)
    }
    metrics = {"m_repeats_3d": given.metrics["m_repeats_3d"]}
    plan = compile_plan(
        model.Definition(
            company="x",
            time_zone="UTC",
            north_star=steering.NorthStar(metric="m_repeats_3d"),
            sources=given.sources,
            measures=measures,
            metrics=metrics,
        )
    )
    folded = fold_log(the_source(plan), raws([event("a", "order", "u", START), event("b", "order", "u", START + 1000)]))
    assert folded.cells["repeats_3d.day", str(meaning.local_date(START, "UTC"))] == expected


def test_a_span_of_conversions_is_final_when_no_start_of_it_waits_any_more() -> None:
    plan, day = PLANS["UTC"], model.Calendar(model.Unit.DAY)
    at = START // DAY * DAY
    end = at + DAY
    for metric, waits in (("m_converted", 3 * DAY), ("m_viewed_again", 5 * DAY), ("m_orders", 0)):
        for floor, final in ((end + waits - 1, False), (end + waits, True)):
            reading = Readings(plan, Cells.of([]), AsOf(floor, floor)).running(metric, day, end - 1)
            assert reading.final is final


def test_a_conversion_grows_in_its_own_past_whatever_comes_first() -> None:
    log = [
        event("1", "view", "u", START),
        event("2", "order", "u", START + 3 * DAY),  # at the limit
        event("3", "view", "u", START + DAY),
        event("4", "view", "v", START),
        event("5", "order", "v", START + 3 * DAY + 1),
        event("6", "view", "u", START + 3 * DAY),  # the same instant
        event("7", "view", None, START),
        event("8", "order", "w", START + DAY),
    ]
    day = meaning.local_date(START, "UTC")
    for events in (log, log[::-1]):
        folded = fold_log(the_source(PLANS["UTC"]), raws(events), range(1, 8))
        cells = {key: number for (series, key), number in folded.cells.items() if series == "converted.day" and number}
        assert cells == {str(day): 1, str(day + 1): 1, str(day + 3): 1}
        assert folded.totals["unused|converted|no user_id"] == 1


def test_what_a_measure_could_not_use_is_counted_with_the_reason() -> None:
    log = raws(
        [
            event("1", "order", None, START, amount=1),
            event("2", "order", "u", START),
            event("3", "order", "u", START, amount=7),
            event("4", "view", None, START),
        ]
    )
    totals = fold_log(the_source(PLANS["UTC"]), log).totals
    assert totals["unused|revenue|no amount"] == 1
    assert totals["unused|big_orders|no amount"] == 1
    assert totals["unused|customers|no user_id"] == 1
    assert totals["unused|actives|no user_id"] == 2
    assert totals["counted"] == 4


def test_a_partition_counts_only_so_many_values_apart_and_says_how_often_it_could_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.adding.VALUES_PER_PARTITION", 2)
    cities = ["a", "b", "a", "c", "c", "a", "x" * 500, "", "b"]
    log = raws([event(str(i), "order", "u", START, city=city, amount=1) for i, city in enumerate(cities)])
    for cuts in ([], [1], [3, 4], range(9)):
        folded = fold_log(the_source(PLANS["UTC"]), log, cuts)
        day = meaning.local_date(START, "UTC")
        cells = {field: n for (series, field), n in folded.cells.items() if series == "orders.day"}
        assert cells == {
            str(day): 9,
            f"{day}|city|a": 3,
            f"{day}|city|b": 2,
            f"{day}|city|": 1,
            f"{day}|city|\x00": 3,
        }
        assert folded.totals["overflow|orders|city"] == 3


def only(*measures: model.Measure, keyed_by: str = "user_id") -> SourcePlan:
    """The plan of these measures, each shown over a lifetime."""
    given = definition()
    (source,) = given.sources
    shown = {
        one.name: model.Metric(name=one.name, value=model.Plain(one.name), windows=(model.Lifetime(),))
        for one in measures
    }
    return the_source(
        compile_plan(
            model.Definition(
                company="x",
                time_zone="UTC",
                north_star=steering.NorthStar(metric=measures[0].name),
                sources=(msgspec.structs.replace(source, keyed_by=keyed_by),),
                measures={one.name: one for one in measures},
                metrics=shown,
            )
        )
    )


def totals_of(plan: SourcePlan, *events: dict[str, Any]) -> dict[str, int]:
    """What the cells of each series come to."""
    sums: dict[str, int] = {}
    for (series, _), number in fold_log(plan, raws(events)).cells.items():
        sums[series] = sums.get(series, 0) + number
    return sums


def test_a_condition_on_one_and_one_on_true_choose_different_events() -> None:
    order: dict[str, Any] = {"source": "shop", "of": "order"}
    plan = only(
        *(model.Count(name=f"c{n}", where=(model.Condition("vip", "=", v),), **order) for n, v in enumerate((1, True))),
        *(
            model.First(name=f"f{n}", entity=("user_id",), where=(model.Condition("vip", "in", (v,)),), **order)
            for n, v in enumerate((1, True))
        ),
    )
    events = [event(str(n), "order", f"u{n}", START, vip=vip) for n, vip in enumerate((1, True, True))]
    assert totals_of(plan, *events) == {"c0.day": 1, "c1.day": 2, "f0.day": 1, "f1.day": 2}


def test_events_that_a_condition_and_the_entity_miss_the_same_property_of_are_all_counted_however_they_come() -> None:
    condition = model.Condition("user_id", "!=", "v")  # an empty text meets it, and is no entity
    plan = only(model.First(name="firsts", entity=("user_id",), source="shop", of="order", where=(condition,)))
    log = raws([event("1", "order", "", START), event("2", "order", None, START), event("3", "order", "u", START)])
    for cuts in ([], [1], [2]):
        assert fold_log(plan, log, cuts).totals["unused|firsts|no user_id"] == 2


def test_a_pair_of_two_nested_lists_is_every_combination_in_the_declared_order() -> None:
    entity = ("customer.id", "items.id")
    plan = only(model.Distinct(name="pairs", entity=entity, source="shop", of="order"), keyed_by="customer.id")
    one = event("1", "order", None, START, customer={"id": "c"}, items=[{"id": "a"}, {"id": "b"}, {"id": "a"}])
    other = event("2", "order", None, START, customer={"id": "a"}, items=[{"id": "c"}])
    assert totals_of(plan, one, other) == {"pairs.lifetime": 3}


def test_a_measure_that_no_metric_shows_asks_nothing_of_the_events() -> None:
    given = definition()
    metrics = {name: metric for name, metric in given.metrics.items() if name not in ("m_revenue", "m_amounts")}
    plan = compile_plan(msgspec.structs.replace(given, metrics=metrics))
    folded = fold_log(the_source(plan), raws([event("1", "order", "u", START, total="12 EUR")]))
    assert folded.totals["counted"] == 1
    assert "amount" not in the_source(plan).needs.by_type["order"].amounts


def test_events_of_a_type_that_no_measure_counts_are_told_unless_any_is_counted() -> None:
    plan = only(model.Count(name="orders", source="shop", of="order"))
    log = raws([event("1", "order", "u", START), event("2", "ordr", "u", START), event("3", "ordr", "u", START)])
    assert fold_log(plan, log).totals["unused||no measure of its type"] == 2
    assert "unused||no measure of its type" not in fold_log(the_source(PLANS["UTC"]), log).totals


def test_a_period_read_at_a_moment_inside_it_is_not_complete() -> None:
    window, day = model.Calendar(model.Unit.WEEK), START - START % DAY
    readings = Readings(PLANS["UTC"], Cells.of([]), AsOf(START + 100 * DAY, 0))
    week = [readings.running("m_orders", window, day + n * DAY).complete for n in range(7)]
    assert sum(week) == 1
    assert readings.running("m_orders", model.RollingDays(3), day).complete
