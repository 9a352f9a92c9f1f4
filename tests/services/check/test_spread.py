"""Noise is what is left of a metric's movement without its trend, relative to its level."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.check.spread import LEAST, noise

READINGS = st.lists(st.floats(0.1, 1e6), min_size=LEAST + 1, max_size=40)


def of(values: list[float]) -> float | None:
    return noise(values, [after - before for before, after in pairwise(values)])


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
def test_the_noise_of_normal_readings_is_their_relative_deviation(share: float) -> None:
    values = np.random.default_rng(1).normal(100, 100 * share, 4000)
    assert of(values.tolist()) == pytest.approx(share, rel=0.06)


def test_a_trend_is_no_noise() -> None:
    assert of([float(n) for n in range(10, 60)]) == 0
    values = np.random.default_rng(2).normal(1000, 20, 4000) + np.arange(4000) * 0.5
    assert of(values.tolist()) == pytest.approx(20 / 2000, rel=0.06)


def test_one_reading_in_twenty_may_be_anything() -> None:
    values = np.random.default_rng(3).normal(100, 5, 4000)
    values[::20] = 10_000
    assert of(values.tolist()) == pytest.approx(0.05, rel=0.2)


def test_too_few_changes_or_a_level_of_nothing_tell_nothing() -> None:
    assert noise([1, 2, 3, 4], [1, 1, 1]) is None
    assert noise([1, 2, 3, 4, 5], [1, 1, 1, 1]) == 0
    assert noise([0, 0, 0, 5, 0], [0, 0, 5, -5]) is None
    assert noise([], []) is None


@given(READINGS, st.sampled_from([2.0, 1024.0, -1.0]))
def test_another_unit_is_no_other_noise(values: list[float], factor: float) -> None:
    assert of([factor * value for value in values]) == of(values)


@given(READINGS)
def test_time_turned_round_is_as_noisy(values: list[float]) -> None:
    assert of(values[::-1]) == pytest.approx(of(values))
