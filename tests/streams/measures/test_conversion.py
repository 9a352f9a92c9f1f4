"""Conversions beside their meaning over all points at once."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.measures.conversion import Conversion
from streams.measures.runs import Arrivals, Record
from streams.state.port import NEVER
from streams.time.grains import Buckets, Instants

HORIZON, WITHIN = 60, 9
Point = tuple[str, int, bool]
"""Whose, when, and whether it is an end."""
POINTS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.booleans()), max_size=14)


def arriving(points: list[tuple[str, int]]) -> Arrivals:
    names = sorted({name for name, _ in points}, reverse=True)
    codes = [names.index(name) for name, _ in points]
    return Arrivals(names, np.array(codes, np.int64), np.array([x for _, x in points], np.int64))


class Folded:
    """Batch by batch, the floor behind the latest point."""

    def __init__(self, horizon: int | None = None, within: int = WITHIN) -> None:
        self.conversion = Conversion({"exact": Instants(), "tens": Buckets(10)}, within)
        self.records: dict[str, Record] = {name: [[]] for name in "ab"}
        self.cells: dict[str, Counter[int]] = {"exact": Counter(), "tens": Counter()}
        self.horizon, self.latest = horizon, 0

    def fold(self, batch: list[Point]) -> None:
        floor = NEVER if self.horizon is None else self.latest - self.horizon
        before = {name: list(record[0]) for name, record in self.records.items()}
        starts, ends = (arriving([(who, t) for who, t, end in batch if end == wanted]) for wanted in (False, True))
        outs, changed = self.conversion.fold(starts, ends, self.records, 0, floor)
        assert changed.keys() == {name for name, record in self.records.items() if record[0] != before[name]}
        for series, out in outs.items():
            self.cells[series].update(out)
        self.latest = max([self.latest, *(t for _, t, _ in batch)])


def meant(points: list[Point], within: int = WITHIN) -> Counter[int]:
    return Counter(
        t
        for who, t, end in points
        if not end and any(is_end and other == who and t <= at <= t + within for other, at, is_end in points)
    )


@settings(max_examples=500, deadline=None)
@given(st.lists(POINTS, max_size=5))
def test_any_batches_count_each_start_that_an_end_follows_in_time(batches: list[list[Point]]) -> None:
    folded = Folded()
    for batch in batches:
        folded.fold(batch)
    expected = meant([point for batch in batches for point in batch])
    assert folded.cells["exact"] == expected
    tens: Counter[int] = Counter()
    for t, number in expected.items():
        tens[t // 10] += number
    assert folded.cells["tens"] == tens


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 6))
def test_what_is_forgotten_below_the_floor_could_change_nothing(seed: int, size: int) -> None:
    rng, folded, every = random.Random(seed), Folded(HORIZON), list[Point]()
    for _ in range(60):
        low = folded.latest - HORIZON
        batch = [(rng.choice("ab"), rng.choice([low, low + 1, rng.randint(low, folded.latest)]), rng.random() < 0.4)]
        batch += [
            (rng.choice("ab"), rng.randint(folded.latest, folded.latest + 20), rng.random() < 0.4) for _ in range(size)
        ]
        folded.fold(batch)
        every += batch
    assert folded.cells["exact"] == meant(every)
    assert folded.latest > 3 * HORIZON


@pytest.mark.parametrize("within", [1, 9, 500])
def test_ends_are_held_within_the_horizon_however_many_and_a_start_only_while_it_waits(within: int) -> None:
    rng, folded = random.Random(within), Folded(HORIZON, within)
    for t in range(2000):
        folded.fold([("a", max(0, t - rng.choice([0, HORIZON])), True) for _ in range(3)])
        (marks,) = folded.records["a"]
        assert len(marks) <= 2 * ((HORIZON + 1) // (within + 1)) + 3
    assert marks
    folded.fold([("b", folded.latest, False)] * 5)
    assert folded.records["b"] == [[2 * folded.latest] * 5]  # five events at one instant are five
    folded.fold([("a", folded.latest + within + HORIZON, True)])
    folded.fold([("b", folded.latest, True)])
    assert folded.records["b"] == [[2 * 1999] * 5 + [2 * folded.latest + 1]]
    folded.fold([("a", folded.latest + 1, True)])
    folded.fold([("b", folded.latest - 1, False)])  # finds its end; by now the five wait in vain
    assert folded.records["b"] == [[2 * (folded.latest - 1) + 1]]
    assert folded.cells["exact"] == Counter({folded.latest - 1: 1})


@pytest.mark.parametrize(("apart", "number"), [(-1, 0), (0, 1), (WITHIN, 1), (WITHIN + 1, 0)])
def test_an_end_counts_from_the_same_instant_up_to_the_limit(apart: int, number: int) -> None:
    for order in (1, -1):
        folded = Folded()
        for point in [("a", 50, False), ("a", 50 + apart, True)][::order]:
            folded.fold([point])
        assert folded.cells["exact"].total() == number
