"""Records stay within their bound, whatever comes, and forgetting changes nothing that can still be asked."""

import random
from itertools import compress, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition.model import Part
from streams.measures.chain import Chain, Judge
from streams.measures.distinct import DistinctCalendar, DistinctRolling
from streams.measures.first import First
from streams.measures.lifecycle import Lifecycle
from streams.measures.out import Out, tally
from streams.measures.repeat import Repeat
from streams.measures.runs import Arrivals, Points, Record
from streams.state.port import NEVER
from streams.time.grains import Buckets, Instants

HORIZON, WITHIN, LENGTH = 1000, 99, 90
PARTS = [part for part in Part if part is not Part.ACTIVE]


def week(point: int) -> int:
    """A period of 70."""
    return point // 70


def arriving(*pairs: tuple[str, int]) -> Arrivals:
    """Entities and points, in log order."""
    names = sorted({name for name, _ in pairs})
    codes = [names.index(name) for name, _ in pairs]
    return Arrivals(names, np.array(codes, np.int64), np.array([x for _, x in pairs], np.int64))


def one(judge: Judge) -> Chain:
    """A chain of one judge at the finest grain."""
    return Chain((judge,), Instants())


BOUNDS = [
    (First("s", Instants()), 1),
    (Repeat("s", None, Instants()), 1),
    (Repeat("s", WITHIN, Instants()), 2 * (HORIZON // (WITHIN + 1)) + 3),
    (DistinctRolling("s", LENGTH), 2 * (HORIZON // (LENGTH + 1)) + 3),
    (DistinctCalendar("s", week), HORIZON // 70 + 3),
    (DistinctCalendar("s", week, 5), 5 * (HORIZON // 70 + 3)),
    (DistinctCalendar("s", lambda _: 0, 5), 5),
    *((Lifecycle("s", part, week, lambda p: p * 70), HORIZON // 70 + 3) for part in PARTS),
    (DistinctRolling("s", LENGTH, 2), 2 * 2 * (HORIZON // (LENGTH + 1) + 2) + 2),
    (DistinctRolling("s", LENGTH, 7), 2 * 7 * (HORIZON // (LENGTH + 1) + 2) + 7),
    (DistinctRolling("s", 1, 3), 3 * (HORIZON + 2)),
]


@pytest.mark.parametrize(("judge", "bound"), BOUNDS, ids=lambda x: type(x).__name__)
def test_the_record_of_a_busy_entity_is_bounded_by_the_horizon_alone(judge: Judge, bound: int) -> None:
    rng, chain, latest = random.Random(1), one(judge), 0
    points: Points = []
    most = 0
    for i in range(8000):
        t = i * 2 - rng.choice([0, 0, rng.randrange(HORIZON)])
        if t < latest - HORIZON:
            continue
        chain.fold(arriving(("e", t)), {"e": [points]}, 0, latest - HORIZON)
        latest = max(latest, t)
        most = max(most, len(points))
    assert 1 <= most <= bound + 1  # pruned by the floor before the event


def brute(judge: Judge, points: Points) -> dict[int, int]:
    """All points judged in order, nothing forgotten."""
    out: dict[int, int] = {}
    ordered = sorted(points)
    for i in range(len(ordered)):
        judge.judge(ordered, i, 1, out)
    return {bucket: n for bucket, n in out.items() if n}


JUDGES: list[Judge] = [
    First("first", Buckets(3)),
    Repeat("any", None, Buckets(3)),
    Repeat("near", 4, Buckets(3)),
    DistinctRolling("rolling", 5),
    DistinctCalendar("calendar", lambda t: t // 7),
    DistinctCalendar("daily", None),
    *(Lifecycle(part.value, part, lambda t: t // 7, lambda p: p * 7) for part in PARTS),
    DistinctRolling("rolling_2", 5, 2),
    DistinctRolling("rolling_4", 9, 4),
    DistinctCalendar("calendar_3", lambda t: t // 7, 3),
    DistinctCalendar("daily_2", None, 2),
    DistinctCalendar("third_ever", lambda _: 0, 3),
]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=14),
    st.lists(st.sampled_from(JUDGES), min_size=1, max_size=5, unique=True),
    st.integers(1, 20),
)
def test_judges_that_share_a_record_each_count_as_if_nothing_was_ever_forgotten(
    arrivals: list[int], judges: list[Judge], horizon: int
) -> None:
    chain, floor = Chain(tuple(judges), Instants()), -(10**9)
    records: dict[str, Record] = {"e": [[]]}
    accepted: list[int] = []
    cells: dict[str, dict[int, int]] = {judge.series: {} for judge in judges}
    for t in arrivals:
        if t < floor:
            continue
        accepted.append(t)
        outs, _ = chain.fold(arriving(("e", t)), records, 0, floor)
        floor = max(floor, t - horizon)
        for series, out in outs.items():
            for bucket, n in out.items():
                cells[series][bucket] = cells[series].get(bucket, 0) + n
    for judge in judges:
        assert {b: n for b, n in cells[judge.series].items() if n} == brute(judge, accepted), judge.series


def test_two_events_at_one_instant_are_a_first_and_a_repeat() -> None:
    chain = Chain((First("first", Instants()), Repeat("repeat", 10, Instants())), Instants())
    outs, changed = chain.fold(arriving(("e", 5), ("e", 5)), {"e": [[]]}, 0, 0)
    assert outs == {"first": {5: 1}, "repeat": {5: 1}}
    assert changed.keys() == {"e"}


def test_a_late_event_takes_back_what_the_next_was_judged_to_be() -> None:
    # within 4; 10 arrives, then 6, then 3
    #   first:   10 ─▶ 6 ─▶ 3          repeat:  - ─▶ 10 ─▶ 10, 6
    chain = Chain((First("first", Instants()), Repeat("repeat", 4, Instants())), Instants())
    records: dict[str, Record] = {"e": [[]]}
    steps = [chain.fold(arriving(("e", t)), records, 0, -100)[0] for t in (10, 6, 3)]
    assert [step["first"] for step in steps] == [{10: 1}, {10: -1, 6: 1}, {6: -1, 3: 1}]
    assert [{b: n for b, n in step["repeat"].items() if n} for step in steps] == [{}, {10: 1}, {6: 1}]


def test_a_late_activity_judges_the_next_one_again_wherever_it_is() -> None:
    # periods of 7: one in period 4 arrives, then one in 0, then one in 3
    judges = {part: Lifecycle(part.value, part, lambda t: t // 7, lambda p: p * 7) for part in PARTS}
    chain, records = Chain(tuple(judges.values()), Instants()), dict[str, Record](e=[[]])
    steps = [chain.fold(arriving(("e", t)), records, 0, NEVER)[0] for t in (30, 5, 25)]
    told = [{name: {b: n for b, n in out.items() if n} for name, out in step.items()} for step in steps]
    assert told == [
        {"new": {30: 1}, "retained": {}, "resurrected": {}, "dormant": {35: 1}},
        {"new": {30: -1, 5: 1}, "retained": {}, "resurrected": {30: 1}, "dormant": {7: 1}},
        {"new": {}, "retained": {30: 1}, "resurrected": {30: -1, 25: 1}, "dormant": {28: 1, 30: -1}},
    ]


def test_an_entity_seen_again_on_the_same_point_changes_no_record_where_once_is_enough() -> None:
    chain = one(DistinctCalendar("s", week))
    records = {"e": [[7]]}
    assert chain.fold(arriving(("e", 7)), records, 0, 0) == ({"s": {}}, {})
    assert all(a < b for a, b in pairwise(records["e"][0]))


@pytest.mark.parametrize("once_and_again", [(2, [1, 2, 3], 3), (2, [3, 4, 5], 5), (3, [1, 2, 3, 4, 5], 5)])
def test_a_point_equal_to_the_last_is_remembered_where_it_counts(once_and_again: tuple[int, list[int], int]) -> None:
    n, points, x = once_and_again
    chain, records = one(DistinctRolling("s", 5, n)), {"e": [list(points)]}
    assert chain.fold(arriving(("e", x)), records, 0, NEVER)[1] == {"e": None}
    assert records["e"][0].count(x) == 2


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 4), st.integers(1, 12))
def test_a_rolling_reading_is_whether_enough_points_lie_in_the_window(xs: list[int], n: int, length: int) -> None:
    out = brute(DistinctRolling("s", length, n), xs)
    for moment in range(60):
        within = sum(moment - length < x <= moment for x in xs)
        assert sum(number for bucket, number in out.items() if bucket <= moment) == (within >= n)


@given(st.lists(st.integers(0, 40), max_size=10), st.sampled_from(JUDGES))
def test_many_points_are_judged_as_one_by_one(xs: list[int], judge: Judge) -> None:
    points = sorted(set(xs) if judge.once else xs)
    before = [np.array(([NEVER] * n + points)[: len(points)], np.int64) for n in range(1, judge.order + 1)]
    out: Out = {}
    for which, buckets, sign in judge.judge_all(np.array(points, np.int64), before).added:
        assert len(buckets) == which.sum()
        tally(out, buckets, sign)
    assert {bucket: n for bucket, n in out.items() if n} == brute(judge, points)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.integers(0, 40), max_size=12),
    st.lists(st.sampled_from(JUDGES), min_size=1, max_size=4, unique=True),
    st.integers(0, 12),
)
def test_what_judges_keep_of_many_points_is_what_is_left_when_each_is_looked_at(
    xs: list[int], judges: list[Judge], number: int
) -> None:
    chain = Chain(tuple(judges), Instants())
    points = sorted(set(xs) if chain.once else xs)
    chain._thin_from(held := points[:number], 0)
    new = points[number:]
    before = [np.array(([NEVER] * n + held + new)[len(held) : len(held + new)], np.int64) for n in range(1, 10)]
    kept = [judge.judge_all(np.array(new, np.int64), before[: chain.order]).kept for judge in judges]
    chain._thin_from(left := held + new, max(len(held) - chain.order, 0))
    known = [mask for mask in kept if mask is not None]
    assert len(known) == len(judges) - sum(map(looks_ahead, judges))
    if len(known) == len(judges):
        assert held + list(compress(new, np.logical_or.reduce(known))) == left


def looks_ahead(judge: Judge) -> bool:
    """Whether a point may become redundant to it by what follows."""
    return isinstance(judge, DistinctRolling) or (isinstance(judge, Repeat) and judge.within_ms is not None)


NAMES = ("0:a", "0:b", "2:a")


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 40)), max_size=12), max_size=4),
    st.lists(st.sampled_from(JUDGES), min_size=1, max_size=4, unique=True),
)
def test_segments_folded_together_come_to_what_each_comes_to_alone(
    batches: list[list[tuple[str, int]]], judges: list[Judge]
) -> None:
    chain = Chain(tuple(judges), Instants())
    together: dict[str, Record] = {name: [[]] for name in NAMES}
    alone: dict[str, Record] = {name: [[]] for name in NAMES}
    for batch in batches:
        segments = np.array([int(name[0]) for name, _ in batch], np.int64)
        outs, changed = chain.fold(arriving(*batch)._replace(segments=segments, width=3), together, 0, NEVER)
        each = [chain.fold(arriving(*(one for one in batch if one[0][0] == n)), alone, 0, NEVER) for n in "012"]
        for series, out in outs.items():
            expected = {b * 3 + n: d for n, (of_one, _) in enumerate(each) for b, d in of_one[series].items()}
            assert out == expected, series
        assert changed.keys() == set[str]().union(*(of_one for _, of_one in each))
        assert together == alone


ARRIVALS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), max_size=12)


@settings(max_examples=400, deadline=None)
@given(st.lists(ARRIVALS, max_size=4), st.lists(st.sampled_from(JUDGES), min_size=1, max_size=6, unique=True))
def test_batches_of_many_entities_count_as_their_points_do_in_order(
    batches: list[list[tuple[str, int]]], judges: list[Judge]
) -> None:
    chain = Chain(tuple(judges), Instants())
    records: dict[str, Record] = {name: [[]] for name in "abc"}
    cells: dict[str, dict[int, int]] = {judge.series: {} for judge in judges}
    for batch in batches:
        outs, changed = chain.fold(arriving(*batch), records, 0, NEVER)
        for series, out in outs.items():
            cells[series] = {
                bucket: cells[series].get(bucket, 0) + out.get(bucket, 0) for bucket in cells[series] | out
            }
        assert changed.keys() <= {name for name, _ in batch}
    every = [pair for batch in batches for pair in batch]
    for judge in judges:
        expected: dict[int, int] = {}
        for name in "abc":
            for bucket, n in brute(judge, [x for who, x in every if who == name]).items():
                expected[bucket] = expected.get(bucket, 0) + n
        assert {b: n for b, n in cells[judge.series].items() if n} == {b: n for b, n in expected.items() if n}


def test_points_that_lie_too_far_apart_to_be_sorted_as_one_number_are_sorted() -> None:
    far = 2**61
    chain, records = one(Repeat("s", None, Instants())), dict[str, Record](a=[[]], b=[[]], c=[[]])
    outs, changed = chain.fold(arriving(("c", far), ("a", far), ("b", 7), ("a", -far), ("c", 3)), records, 0, NEVER)
    assert outs == {"s": {far: 2}}
    assert records == {"a": [[-far]], "b": [[7]], "c": [[3]]}
    assert list(changed) == ["a", "b", "c"]


def test_what_changed_is_told_and_nothing_else() -> None:
    chain = Chain((First("first", Instants()), Repeat("near", 4, Instants())), Instants())
    records: dict[str, Record] = {"a": [[1, 3]], "b": [[7]], "c": [[]]}
    before = {name: list(record[0]) for name, record in records.items()}
    _, changed = chain.fold(arriving(("a", 4), ("b", 6)), records, 0, NEVER)
    assert changed.keys() == {name for name in records if records[name][0] != before[name]} == {"a", "b"}
    firsts = Chain((First("first", Instants()),), Instants())
    assert firsts.fold(arriving(("b", 9)), {"b": [[6]]}, 0, NEVER) == ({"first": {}}, {})
