"""The laws of a distribution by dimension: bins of each value, which add up to those of the whole."""

import random
from collections import Counter
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model
from streams.cells import Cells
from streams.fold import unpack
from streams.measures.distribution import OUTERMOST
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings
from streams.segmentation import segmented_by
from tests.streams import meaning
from tests.streams.folding import DAY, HOUR, event, fold_log, nonzero, raws, scattered, the_source
from tests.streams.laws import last_complete_segments
from tests.streams.spread import PARTS, SEEN, quantile, segments, spread, value_of, without_dimensions

ZONES = ["UTC", "Europe/Amsterdam", "America/St_Johns"]
START = 1_774_500_000_000
PLANS = {zone: compile_plan(spread(zone)) for zone in ZONES}
PLAN = PLANS["UTC"]
LIFETIME = model.Lifetime()
MONTH = model.Calendar(model.Unit.MONTH)
Event = dict[str, Any]


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Orders of several cities and products, some without an amount, a city or a product."""
    events = []
    amounts = st.sampled_from([12.34, -5, 0, 50, 50.01, 99.99, 1e6, 0.49, 0.5]) | st.integers(-300, 300)
    for number in range(draw(st.integers(1, 30))):
        t = START + draw(st.integers(0, 8)) * 25 * HOUR + draw(st.sampled_from([0, 1, HOUR, DAY, 3 * DAY]))
        properties: Event = {}
        if draw(st.integers(0, 5)):
            properties["city"] = draw(st.sampled_from(SEEN))
        if draw(st.integers(0, 5)):
            properties["amount"] = draw(amounts)
        if draw(st.booleans()):
            items = st.fixed_dictionaries({"qty": st.integers(0, 2)}, optional={"sku": st.sampled_from("abcd")})
            properties["items"] = draw(st.lists(items, max_size=3))
        user = draw(st.sampled_from(["ann", "bob", None]))
        events.append(event(f"e{number}", draw(st.sampled_from(["order", "order", "view"])), user, t, **properties))
    return events


def read(plan: Plan, events: list[Event], at: int, cuts: list[int]) -> Readings:
    """Readings at a moment of these events, folded in this order."""
    folded = fold_log(the_source(plan), raws(events), cuts)
    return Readings(plan, Cells.of([folded.snapshot()]), AsOf(at, 0))


@settings(max_examples=100, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(1, 3))
def test_order_batches_partitions_and_what_is_sent_again_change_no_cell(
    events: list[Event], rng: random.Random, zone: str, partitions: int
) -> None:
    source = the_source(PLANS[zone])
    whole = nonzero([fold_log(source, raws(events))])
    assert nonzero(scattered(source, events, rng, partitions)) == whole
    again = events + [rng.choice(events) for _ in range(len(events) // 2)]
    assert nonzero([fold_log(source, raws(again), [rng.randrange(1, 40) for _ in range(4)])]) == whole


@settings(max_examples=120, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 12))
def test_a_segment_is_the_quantile_of_its_amounts_and_the_largest_are_those_of_the_most_amounts(
    events: list[Event], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    readings = read(plan, events, at, [rng.randrange(1, 25) for _ in range(3)])
    for part in PARTS:
        for window in plan.definition.metrics[f"p{part}"].windows:
            inside, ever = (meaning.in_window(one, zone, at) for one in (window, LIFETIME))
            for dimension in plan.definition.dimensions.values():
                found = readings.segments(f"p{part}", window, at)
                shown = [(one.segment, one.value) for one in found if one.dimension == dimension.name]
                meant = segments(events, dimension, ever)
                assert shown == [
                    (name, quantile(events, part, (dimension.name, raw), inside)) for name, raw in meant.items()
                ]


@settings(max_examples=80, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_bins_of_all_values_are_those_of_the_whole_and_the_whole_is_what_it_is_without_them(
    events: list[Event], rng: random.Random
) -> None:
    cuts = [rng.randrange(1, 25) for _ in range(3)]
    cells = nonzero([fold_log(the_source(PLAN), raws(events), cuts)])
    added: dict[str, Counter[tuple[str, str, int]]] = {name: Counter() for name in ("", "city", "sku")}
    for (series, field), number in cells.items():
        if series.startswith(("amounts.", "big.")):
            bucket, dimension, rest = field.split("|", 2)
            added[dimension][series, bucket, int(rest.rpartition("|")[2])] += number
    assert added["city"] == added[""]
    assert added["sku"] == Counter({key: n for key, n in added[""].items() if key[0].startswith("amounts.")})
    bare = nonzero([fold_log(the_source(compile_plan(without_dimensions(PLAN.definition))), raws(events), cuts)])
    assert {key: n for key, n in cells.items() if is_of_the_whole(key[1])} == bare


def is_of_the_whole(field: str) -> bool:
    """Whether a cell is one of the whole, or of a bin of it."""
    return field.split("|")[1:2] in ([], [""])


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from([MONTH, model.RollingDays(3), LIFETIME]))
def test_bins_of_segments_with_other_and_none_add_up_to_the_number_of_all_amounts(
    events: list[Event], window: model.Window
) -> None:
    # no definition shows a distribution as it is: it would come to how many amounts there are
    counted = msgspec.structs.replace(
        PLAN.definition,
        metrics={"m": model.Metric(name="m", value=model.Plain("amounts"), windows=(window,))},
    )
    readings = read(compile_plan(counted), events, START + 5 * DAY, [])
    whole = readings.running("m", window, START + 5 * DAY).value
    for dimension in ("city", "sku"):
        found = readings.segments("m", window, START + 5 * DAY)
        assert sum(one.value or 0 for one in found if one.dimension == dimension) == whole


def test_cells_are_named_by_bucket_dimension_value_and_bin_whatever_a_value_holds() -> None:
    cities = ["Ede", "Ede", "a|b", "|", "", None, 7]
    events = [
        event(str(n), "order", "ann", START, amount=0.51, **({} if city is None else {"city": city}))
        for n, city in enumerate(cities)
    ]
    folded = fold_log(the_source(PLAN), raws(events))
    day = meaning.local_date(START, "UTC")
    cells = {field: n for (series, field), n in folded.cells.items() if series == "amounts.day"}
    assert cells == {
        f"{day}||50": 7,
        f"{day}|city|Ede|50": 2,
        f"{day}|city|a|b|50": 1,
        f"{day}|city|||50": 1,
        f"{day}|city||50": 2,
        f"{day}|city|7|50": 1,
        f"{day}|sku||50": 7,
    }
    readings = Readings(PLAN, Cells.of([folded.snapshot()]), AsOf(START, 0))
    shown = {one.segment: one.value for one in readings.segments("p0.5", LIFETIME, START) if one.dimension == "city"}
    middle = Fraction(2 * 50 * 51, (50 + 51) * 100)
    assert shown == {"Goes": None, "Ede": middle, "7": middle, "other": middle, "none": middle}


def test_other_is_the_quantile_of_all_that_is_not_shown_and_no_mean_of_their_quantiles() -> None:
    amounts = {"Ede": [1] * 5, "Urk": [2] * 4, "Epe": [3] * 3, "Oss": [40, 41], "Nes": [10] * 2, "other": [45]}
    events = [
        event(f"{city}{n}", "order", "ann", START + n, city=city, amount=amount / 100)
        for city, several in amounts.items()
        for n, amount in enumerate(several)
    ]
    readings = read(PLAN, events, START, [3, 9])
    shown = {one.segment: one.value for one in readings.segments("p0.5", LIFETIME, START) if one.dimension == "city"}
    # limit 3: Goes is declared, Ede and Urk have the most amounts, though others have larger ones
    assert shown == {"Goes": None, "Ede": Fraction(1, 100), "Urk": Fraction(2, 100), "other": Fraction(10, 100)}
    high = {one.segment: one.value for one in readings.segments("p0.95", LIFETIME, START) if one.dimension == "city"}
    assert high["other"] == Fraction(45, 100)


def test_of_as_many_amounts_the_first_by_name_is_shown() -> None:
    events = [event(f"{c}{n}", "order", "ann", START, city=c, amount=n) for c in ("c", "a", "b") for n in range(2)]
    found = [one.segment for one in read(PLAN, events, START, []).segments("p0.5", LIFETIME, START)]
    assert found[:4] == ["Goes", "a", "b", "other"]


def test_a_partition_counts_only_so_many_values_apart_and_says_how_often_it_could_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.adding.VALUES_PER_PARTITION", 2)
    cities = ["a", "b", "a", "c", "c", "a", "x" * 500, "", "b"]
    log = raws([event(str(i), "order", "u", START, city=city, amount=i % 2) for i, city in enumerate(cities)])
    for cuts in ([], [1], [3, 4], range(9)):
        folded = fold_log(the_source(PLAN), log, cuts)
        day = meaning.local_date(START, "UTC")
        cells = {f: n for (series, f), n in folded.cells.items() if series == "amounts.day" and "|city|" in f}
        zero, one = 0, 75
        assert cells == {
            f"{day}|city|a|{zero}": 2,
            f"{day}|city|a|{one}": 1,
            f"{day}|city|b|{one}": 1,
            f"{day}|city|b|{zero}": 1,
            f"{day}|city||{one}": 1,
            f"{day}|city|\x00|{zero}": 2,
            f"{day}|city|\x00|{one}": 1,
        }
        assert folded.totals["overflow|amounts|city"] == 3
        assert sorted(folded.packed["~amounts~city"]) == ["", "a", "b"]


def test_a_segment_has_at_most_one_cell_a_bin_however_many_events() -> None:
    amounts = [n * n - 2000 for n in range(120)]
    log = [
        event(f"{n}.{k}", "order", "ann", START, city=f"c{n % 4}", amount=amount)
        for n, amount in enumerate(amounts)
        for k in range(3)
    ]
    folded = fold_log(the_source(PLAN), raws(log), range(50, 360, 50))
    cells = [n for (series, f), n in folded.cells.items() if series == "amounts.day" and "|city|" in f]
    assert sum(cells) == len(log)
    assert len(cells) <= len(amounts)
    assert len(cells) <= 4 * (2 * OUTERMOST + 1)


def test_a_metric_on_a_quantile_has_its_segments_where_all_that_it_stands_on_is_split() -> None:
    assert segmented_by(PLAN.definition, "p0.5") == ("city", "sku")
    assert segmented_by(PLAN.definition, "over_mean") == ("city",)
    events = [event(str(n), "order", "ann", START, city="Goes", amount=n) for n in (1, 2, 30)]
    (goes,) = [
        one for one in read(PLAN, events, START, []).segments("over_mean", MONTH, START) if one.segment == "Goes"
    ]
    assert goes.value is not None
    assert goes.numerator / (goes.denominator or 1) == goes.value
    assert abs(goes.value - Fraction(2, 11)) * 100 <= Fraction(2, 11)


def test_the_pace_and_the_last_complete_period_have_segments_too() -> None:
    events = [event(f"{n}", "order", "ann", START - n * DAY, city="Goes", amount=n) for n in range(1, 40)]
    at = START + HOUR
    readings = read(PLAN, [*events, event("now", "order", "ann", START, city="Goes", amount=7)], at, [5])
    (goes,) = [one for one in readings.segments("p1", MONTH, at) if one.segment == "Goes"]
    assert goes.pace is not None
    month_before = [one for one in last_complete_segments(readings, "p1", MONTH, at) if one.segment == "Goes"]
    (last,) = month_before
    assert last.complete
    inside = meaning.in_window(MONTH, "UTC", last.end_ms - 1)
    assert last.value == quantile(events, "1", ("city", {"Goes"}), inside)
    begin, end = goes.pace.start_ms, goes.pace.end_ms
    assert goes.pace.value == quantile(events, "1", ("city", {"Goes"}), lambda t: begin <= t < end)


def test_a_value_without_an_amount_takes_a_place_as_of_a_sum_and_is_not_shown() -> None:
    events = [event("1", "order", "ann", START, city="Ede"), event("2", "order", "ann", START, city="Urk", amount=1)]
    folded = fold_log(the_source(PLAN), raws(events))
    assert sorted(folded.packed["~amounts~city"]) == sorted(folded.packed["~revenue~city"]) == ["", "Ede", "Urk"]
    assert unpack(folded.packed["~amounts~city"][""]) == [[2]]
    readings = Readings(PLAN, Cells.of([folded.snapshot()]), AsOf(START, 0))
    assert {one.segment for one in readings.segments("p1", LIFETIME, START)} == {"Goes", "Urk", "none"}
    assert folded.totals["unused|amounts|no amount"] == 1


def test_the_dimensions_are_in_the_version_and_what_they_show_is_not() -> None:
    def version(*names: str, limit: int = 3) -> str:
        city = msgspec.structs.replace(PLAN.definition.dimensions["city"], limit=limit)
        amounts = msgspec.structs.replace(PLAN.definition.measures["amounts"], by_dimension=names)
        given = msgspec.structs.replace(
            PLAN.definition,
            dimensions=PLAN.definition.dimensions | {"city": city},
            measures=PLAN.definition.measures | {"amounts": amounts},
        )
        return compile_plan(given).version

    assert version("city", "sku", limit=9) == PLAN.version
    assert len({version(), version("city"), version("sku"), PLAN.version}) == 4


def test_the_value_of_items_is_the_first_ones() -> None:
    events = [
        event("1", "order", "ann", START, amount=3, items=[{"sku": "b"}, {"sku": "a"}]),
        event("2", "order", "ann", START, amount=5, items=[{"qty": 1}, {"sku": "a"}]),
    ]
    assert [value_of(one, "sku") for one in events] == ["b", ""]
    found = read(PLAN, events, START, []).segments("p1", LIFETIME, START)
    shown = {one.segment: one.value for one in found if one.dimension == "sku"}
    assert shown == {"b": meaning.told(Fraction(3), 2), "none": meaning.told(Fraction(5), 2)}
