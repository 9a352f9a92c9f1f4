"""Records stay within their bound, whatever comes, and forgetting changes nothing that can still be asked."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.measures.chain import Chain, Judge, Out, Points, Record
from streams.measures.distinct import DistinctCalendar, DistinctRolling
from streams.measures.first import First
from streams.measures.repeat import Repeat
from streams.time.grains import Instants

HORIZON, WITHIN, LENGTH = 1000, 99, 90


def week(point: int) -> int:
    """A period of 70."""
    return point // 70


def one(judge: Judge) -> Chain:
    """A chain of one judge at the finest grain."""
    return Chain((judge,), Instants())


BOUNDS = [
    (First("s", int), 1),
    (Repeat("s", None, int), 1),
    (Repeat("s", WITHIN, int), 2 * (HORIZON // (WITHIN + 1)) + 3),
    (DistinctRolling("s", LENGTH), 2 * (HORIZON // (LENGTH + 1)) + 3),
    (DistinctCalendar("s", week), HORIZON // 70 + 3),
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
        chain.fold([("e", t)], {"e": [points]}, 0, latest - HORIZON)
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
    First("first", lambda t: t // 3),
    Repeat("any", None, lambda t: t // 3),
    Repeat("near", 4, lambda t: t // 3),
    DistinctRolling("rolling", 5),
    DistinctCalendar("calendar", lambda t: t // 7),
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
        outs, _ = chain.fold([("e", t)], records, 0, floor)
        floor = max(floor, t - horizon)
        for series, out in outs.items():
            for bucket, n in out.items():
                cells[series][bucket] = cells[series].get(bucket, 0) + n
    for judge in judges:
        assert {b: n for b, n in cells[judge.series].items() if n} == brute(judge, accepted), judge.series


def test_two_events_at_one_instant_are_a_first_and_a_repeat() -> None:
    chain = Chain((First("first", int), Repeat("repeat", 10, int)), Instants())
    outs, changed = chain.fold([("e", 5), ("e", 5)], {"e": [[]]}, 0, 0)
    assert outs == {"first": {5: 1}, "repeat": {5: 1}}
    assert changed == {"e"}


def test_a_late_event_takes_back_what_the_next_was_judged_to_be() -> None:
    # within 4; 10 arrives, then 6, then 3
    #   first:   10 ─▶ 6 ─▶ 3          repeat:  - ─▶ 10 ─▶ 10, 6
    chain = Chain((First("first", int), Repeat("repeat", 4, int)), Instants())
    records: dict[str, Record] = {"e": [[]]}
    steps = [chain.fold([("e", t)], records, 0, -100)[0] for t in (10, 6, 3)]
    assert [step["first"] for step in steps] == [{10: 1}, {10: -1, 6: 1}, {6: -1, 3: 1}]
    assert [{b: n for b, n in step["repeat"].items() if n} for step in steps] == [{}, {10: 1}, {6: 1}]


def test_an_entity_seen_again_on_the_same_point_changes_no_record_where_once_is_enough() -> None:
    chain = one(DistinctCalendar("s", week))
    records = {"e": [[7]]}
    assert chain.fold([("e", 7)], records, 0, 0) == ({"s": {}}, set())
    assert all(a < b for a, b in pairwise(records["e"][0]))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=10), st.sampled_from(JUDGES))
def test_a_quicker_way_to_extend_is_the_general_one(arrivals: list[int], judge: Judge) -> None:
    quick: Points = []
    general: Points = []
    fast: Out = {}
    slow: Out = {}
    for x in sorted(set(arrivals)):
        assert judge.extend(quick, x, fast) == Judge.extend(judge, general, x, slow)
        assert quick == general
        assert fast == slow
