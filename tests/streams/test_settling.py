"""The laws of what is remembered of an entity: all that it ever did is in one segment, however its events come."""

import itertools
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
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings
from streams.selection import NO_VALUE, OVERFLOW
from tests.streams import meaning
from tests.streams.folding import DAY, HOUR, PartitionFold, event, fold_log, nonzero, raws, the_source
from tests.streams.laws import is_the_same_in_any_order, last_complete_segments, read
from tests.streams.settling import (
    CHANNELS,
    LATENESS,
    SEEN,
    SEGMENTS,
    SETTLED,
    START,
    WITHIN,
    Event,
    late_log,
    settling,
    with_segments,
)

ZONES = ["UTC", "Europe/Amsterdam", "America/St_Johns"]
PLANS = {zone: compile_plan(settling(zone)) for zone in ZONES}
HORIZON = compile_plan(settling(lateness_ms=LATENESS, dedupe_ms=0))
ENDLESS = compile_plan(settling(lateness_ms=9000 * DAY, dedupe_ms=0))
ADDED = ("orders", "big_orders", "revenue", "amounts")
OF_USERS = ("customers", "regulars", "actives", "firsts", "repeats", "reorders", "converted", "viewed_again")
DAY_WINDOW = model.Calendar(model.Unit.DAY)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of a few users who carry values early, late, twice at one instant and never."""
    events = []
    steps = st.sampled_from([0, 0, 1, HOUR, DAY, WITHIN - 1, WITHIN, WITHIN + 1, 3 * WITHIN])
    for number in range(draw(st.integers(1, 25))):
        t = START + draw(st.integers(0, 3)) * 25 * HOUR + draw(steps)
        properties: Event = {}
        if draw(st.integers(0, 2)):
            properties["channel"] = draw(st.sampled_from(SEEN))
        if draw(st.integers(0, 3)):
            properties["amount"] = draw(st.sampled_from([10, -2.5, 60.01, 0]))
        for name, values in (("city", ["Ede", "Urk"]), ("vip", [True, False])):
            if draw(st.booleans()):
                properties[name] = draw(st.sampled_from(values))
        if draw(st.booleans()):
            items = st.fixed_dictionaries({"sku": st.sampled_from("ab"), "qty": st.integers(0, 2)})
            properties["items"] = draw(st.lists(items, max_size=3))
        user = draw(st.sampled_from(["ann", "bob", "1:cé", None]))
        events.append(event(f"e{number}", draw(st.sampled_from(["order", "order", "view"])), user, t, **properties))
    return events


@settings(max_examples=80, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(1, 3))
def test_order_batches_and_partitions_change_no_cell(
    events: list[Event], rng: random.Random, zone: str, partitions: int
) -> None:
    assert is_the_same_in_any_order(PLANS[zone], events, rng, partitions)


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.data())
def test_a_late_event_changes_the_cells_to_what_a_fold_from_the_start_gives(
    events: list[Event], rng: random.Random, data: st.DataObject
) -> None:
    late = events[data.draw(st.integers(0, len(events) - 1))]
    source = the_source(PLANS["UTC"])
    before = [one for one in events if one is not late]
    rng.shuffle(before)
    folded = fold_log(source, raws([*before, late]), [len(before), rng.randrange(1, 9)])
    in_order = sorted(events, key=lambda one: one["time"])
    assert nonzero([folded]) == nonzero([fold_log(source, raws(in_order))])


@settings(max_examples=80, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 42))
def test_a_segment_is_what_the_measure_is_of_its_entities_alone_at_any_moment(
    events: list[Event], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    readings = read(plan, events, at, [rng.randrange(1, 25) for _ in range(3)])
    told = with_segments(events, plan.definition.dimensions["channel"])
    for name in (*ADDED, *OF_USERS):
        measure, metric = plan.definition.measures[name], plan.definition.metrics[f"m_{name}"]
        for window in metric.windows:
            inside = meaning.in_window(window, zone, at)
            found = readings.segments(metric.name, window, at)
            shown = {one.segment: one.value or Fraction(0) for one in found if one.dimension == "channel"}
            alone = {segment: [one for one in told if one["segment"] == segment] for segment in SEGMENTS}
            expected = {segment: meaning.number(measure, alone[segment], inside) for segment in SEGMENTS}
            assert {segment: shown.get(segment, 0) for segment in SEGMENTS} == expected, (name, window)


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 42))
def test_a_quantile_of_a_segment_is_that_of_the_amounts_of_its_entities(
    events: list[Event], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    readings = read(plan, events, at, [rng.randrange(1, 25) for _ in range(3)])
    for dimension, known in (("channel", SEGMENTS), ("vip", ("true", "other", "none"))):
        told = with_segments(events, plan.definition.dimensions[dimension])
        alone = {s: [one for one in told if (one["event"], one["segment"]) == ("order", s)] for s in known}
        for name, part in (("median", "0.5"), ("high", "0.95")):
            for window in plan.definition.metrics[name].windows:
                inside = meaning.in_window(window, zone, at)
                found = readings.segments(name, window, at)
                shown = {one.segment: one.value for one in found if one.dimension == dimension}
                expected = {s: meaning.told(meaning.quantile(part, alone[s], inside, 2), 2) for s in known}
                assert {s: shown.get(s) for s in known} == expected, (name, window, dimension)


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 42))
def test_each_part_of_a_life_and_of_what_is_kept_is_in_one_segment(
    events: list[Event], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    readings = read(plan, events, at, [rng.randrange(1, 25) for _ in range(3)])
    told = with_segments(events, plan.definition.dimensions["channel"])
    for part in model.Part:
        measure = plan.definition.measures[f"lives.{part.value}"]
        assert isinstance(measure, model.Lifecycle)
        for window in plan.definition.metrics[f"m_{measure.name}"].windows:
            assert isinstance(window, model.Calendar)
            for one in readings.segments(f"m_{measure.name}", window, at):
                alone = [event for event in told if event["segment"] == one.segment]
                assert one.value == meaning.life(measure, alone, window.unit, zone, at), (part, window, one.segment)
    for net in model.NetPart:
        paid = plan.definition.measures[f"paid.{net.value}"]
        assert isinstance(paid, model.NetRetention)
        for window in plan.definition.metrics[f"m_{paid.name}"].windows:
            assert isinstance(window, model.Calendar)
            for one in readings.segments(f"m_{paid.name}", window, at):
                alone = [event for event in told if event["segment"] == one.segment]
                assert one.value == meaning.net(paid, alone, window.unit, zone, at), (net, window, one.segment)


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_segments_of_every_cell_with_other_and_none_are_the_whole(events: list[Event], rng: random.Random) -> None:
    plan = PLANS["Europe/Amsterdam"]
    rng.shuffle(events)
    cells = nonzero([fold_log(the_source(plan), raws(events), [rng.randrange(1, 25) for _ in range(3)])])
    added, whole = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for (series, field), number in cells.items():
        bucket, _, rest = field.partition("|")
        dimension, _, value = rest.partition("|")
        measure = plan.definition.measures[series.rpartition(".")[0]]
        if isinstance(measure, model.Distribution):  # of each bin
            value, _, one = value.rpartition("|")
            bucket += f"||{one}"
        if dimension in SETTLED:
            added[series, dimension, bucket] += number
            assert value in (*CHANNELS, "true", NO_VALUE, OVERFLOW)
        elif not dimension:
            whole.update({(series, name, bucket): number for name in SETTLED if name in measure.by_dimension})
    assert {cell: number for cell, number in added.items() if number} == whole


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_whole_and_other_dimensions_are_what_they_are_without_it(events: list[Event], rng: random.Random) -> None:
    given = PLANS["UTC"].definition
    bare = {
        name: msgspec.structs.replace(one, by_dimension=tuple(set(one.by_dimension).difference(SETTLED)))
        for name, one in given.measures.items()
    }
    metrics = {name: one for name, one in given.metrics.items() if name != "from_ads"}
    without = the_source(compile_plan(msgspec.structs.replace(given, measures=bare, metrics=metrics)))
    cuts = [rng.randrange(1, 25) for _ in range(3)]
    folded = nonzero([fold_log(the_source(PLANS["UTC"]), raws(events), cuts)])
    whole = {key: number for key, number in folded.items() if key[1].split("|")[1:2] not in (["channel"], ["vip"])}
    assert whole == nonzero([fold_log(without, raws(events), cuts)])


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(20, 90))
def test_who_has_settled_is_not_moved_by_anything_that_is_not_too_late(rng: random.Random, size: int) -> None:
    events = late_log(rng, size)
    folded = fold_log(the_source(HORIZON), raws(events), range(1, len(events), rng.randrange(2, 9)))
    assert folded.totals["counted"] == len(events)  # nothing was too late: all of them decide
    assert nonzero([folded]) == nonzero([fold_log(the_source(ENDLESS), raws(events))])
    if max(one["time"] for one in events) > START + LATENESS + WITHIN + 20 * DAY:
        assert len(unpack(folded.packed["user_id|channel|"]["clock"])) == 1


@pytest.mark.parametrize("carries", [True, False])
def test_a_record_is_as_long_as_within_and_the_lateness_however_busy_and_then_one_number(*, carries: bool) -> None:
    step = HOUR // 2
    carried: Event = {"channel": "ads"} if carries else {}

    def log(user: str, begin: int, days: int) -> list[Event]:
        return [
            event(f"{user}{n}", "order", user, START + begin + n * step, amount=1, **(carried if not n else {}))
            for n in range(days * DAY // step)
        ]

    source = the_source(HORIZON)
    # all series of the measures by channel: each of their cells lies on a day or in five minutes of what is open
    batch, longest = 20, dict[str, int]()
    partition = PartitionFold(source)
    events = raws(log("ann", 0, 60))
    for begin in range(0, len(events), batch):
        partition.fold(events[begin : begin + batch])
        for space, records in partition.packed.items():
            if space == "user_id|channel|":
                record = unpack(records["ann"])
                longest[space] = max(longest.get(space, 0), len(record[1]) // 3 if len(record) > 1 else 0)
    open_ms = LATENESS + (0 if carries else WITHIN) + (batch + 1) * step
    (settled,) = [one for one in source.settled if one.dimension == "channel"]
    by_day = sum(not name.endswith("5m") for name in settled.series)
    by_minutes = len(settled.series) - by_day
    pieces = by_day * (open_ms // DAY + 2) + by_minutes * (open_ms // step + 1)
    assert longest["user_id|channel|"] <= 2 * pieces  # a rolling count files a coming and a going
    assert longest["user_id|channel|"] > pieces // 4
    assert unpack(partition.packed["user_id|channel|"]["ann"]) == [[0 if carries else len(CHANNELS)]]
    for record in map(unpack, partition.packed["user_id|channel"].values()):
        assert max(map(len, record)) < 2 * (LATENESS // step) + batch + 3


def shown(plan: Plan, events: list[Event], metric: str, cuts: list[int]) -> dict[str, Fraction | None]:
    """By channel, over all time."""
    readings = read(plan, events, START + 40 * DAY, cuts)
    found = readings.segments(metric, model.Lifetime(), START + 40 * DAY)
    return {one.segment: one.value for one in found if one.dimension == "channel"}


def test_who_signs_up_late_moves_with_all_that_was_counted_and_an_earlier_value_moves_it_again() -> None:
    log = [event(str(n), "order", "ann", START + n * DAY, amount=10) for n in range(3)]
    log.append(event("bob", "order", "bob", START))
    plan = PLANS["UTC"]
    assert shown(plan, log, "m_orders", [1]) == {"friends": 0, "ads": 0, "none": 4}
    log.append(event("s", "view", "ann", START + 3 * DAY, channel="ads"))
    assert shown(plan, log, "m_orders", [2, 4]) == {"friends": 0, "ads": 3, "none": 1}
    assert shown(plan, log, "m_customers", [2, 4]) == {"friends": 0, "ads": 1, "none": 1}
    assert shown(plan, log, "m_repeats", [2, 4]) == {"friends": 0, "ads": 2}
    log.append(event("t", "view", "ann", START + DAY, channel="tv"))
    assert shown(plan, log, "m_revenue", [2, 4]) == {"friends": 0, "ads": 0, "other": 30}


def test_amounts_move_bin_by_bin_with_who_signs_up_late() -> None:
    log = [event(str(n), "order", "ann", START + n * DAY, amount=amount) for n, amount in enumerate([1, 20, 20, 300])]
    log += [event("bob", "order", "bob", START, amount=4), event("absent", "order", "ann", START)]
    plan, of = PLANS["UTC"], {amount: meaning.told(Fraction(amount), 2) for amount in (1, 4, 20, 300)}
    assert shown(plan, log, "high", [1]) == {"friends": None, "ads": None, "none": of[300]}
    log.append(event("s", "view", "ann", START + 3 * DAY, channel="ads"))
    assert shown(plan, log, "high", [2, 4]) == {"friends": None, "ads": of[300], "none": of[4]}
    assert shown(plan, log, "median", [2, 4]) == {"friends": None, "ads": of[20], "none": of[4]}
    folded = fold_log(the_source(plan), raws(log), [2, 4])
    mine = unpack(folded.packed["user_id|channel|"]["ann"])
    (settled,) = [one for one in the_source(plan).settled if one.dimension == "channel"]
    number = settled.series.index("amounts.day")
    added = [delta for series, delta in zip(mine[1][::3], mine[1][2::3], strict=True) if series == number]
    assert added == [1, 1, 1, 1]  # of each day its bin
    log.append(event("nobody", "order", None, START, amount=0.01))
    assert shown(plan, log, "median", [1])["none"] == Fraction(1, 100)


def test_a_value_that_comes_after_within_says_nothing_and_one_at_its_end_does() -> None:
    for late, segment in ((0, "ads"), (1, "none")):
        log = [event("a", "order", "ann", START), event("b", "view", "ann", START + WITHIN + late, channel="ads")]
        found = shown(PLANS["UTC"], log, "m_orders", [1])
        assert found == {"friends": 0, "ads": 0} | {segment: 1}
    # an event that comes late shows that the entity is older, and the value too late
    log.append(event("c", "view", "bob", START + WITHIN, channel="ads"))
    log.append(event("d", "order", "bob", START + WITHIN + DAY))
    assert shown(PLANS["UTC"], log, "m_orders", [1])["ads"] == 1
    log.append(event("e", "view", "bob", START - 1))
    assert shown(PLANS["UTC"], log, "m_orders", [1])["ads"] == 0


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_of_values_at_one_instant_the_declared_one_counts_and_of_two_the_first_in_the_alphabet(
    order: tuple[int, ...],
) -> None:
    carried = ["aaa", "friends", "ads"]
    log = [event(str(n), "order", "ann", START, channel=carried[n]) for n in order]
    assert shown(PLANS["UTC"], log, "m_orders", [1, 2]) == {"friends": 0, "ads": 3}
    some = [one for one in log if one["channel"] != "ads"]
    assert shown(PLANS["UTC"], some, "m_orders", [1]) == {"friends": 2, "ads": 0}


def test_a_share_of_customers_is_of_those_who_settled_and_a_span_is_final_when_all_have() -> None:
    log = [event("a", "order", "ann", START, channel="ads"), event("b", "order", "bob", START)]
    folded = fold_log(the_source(PLANS["UTC"]), raws(log), [1])
    at = START + DAY
    end = (START // DAY + 1) * DAY
    for floor, whole, segments in ((end - 1, False, False), (end, True, False), (end + WITHIN, True, True)):
        readings = Readings(PLANS["UTC"], Cells.of([folded.snapshot()]), AsOf(at, floor))
        share, customers = (readings.last_complete(name, DAY_WINDOW) for name in ("from_ads", "m_customers"))
        assert share is not None
        assert share.value == Fraction(1, 2)
        assert customers is not None
        assert (customers.final, share.final) == (whole, segments)
        of_channel = last_complete_segments(readings, "m_customers", DAY_WINDOW, at)
        assert {one.final for one in of_channel} == {segments}


def test_what_decides_for_whom_an_entity_settles_is_in_the_version_and_nothing_else() -> None:
    given = PLANS["UTC"]

    def version(**changed: Any) -> str:
        one = given.definition.dimensions["channel"]
        dimensions = given.definition.dimensions | {"channel": msgspec.structs.replace(one, **changed)}
        return compile_plan(msgspec.structs.replace(given.definition, dimensions=dimensions)).version

    assert version(values=tuple(reversed(CHANNELS)), limit=9) == given.version
    others = [
        version(values=("ads",)),
        version(within_ms=WITHIN + 1),
        version(settled="account_id"),
        version(settled=""),
    ]
    assert len({given.version, *others}) == 5
