"""Whatever the past was: a band in order, or none, and never a fault."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.expected.band import Band, Past, Rhythm, expect
from services.expected.comparing import RHYTHMS

NUMBERS = st.one_of(
    st.just(math.nan),
    st.just(0.0),
    st.integers(0, 30).map(float),
    st.floats(-1e12, 1e12, allow_nan=False),
    st.floats(0, 1e300, allow_nan=False),
    st.sampled_from([1e-300, 1e-12, 5.0, 1e15]),
)
RHYTHM_OF_WEEKS = Rhythm(half_life=6, judged=26, least=12, overlap=1)
HABITS = st.sampled_from([rhythm for _, rhythm in RHYTHMS.values()] + [Rhythm(10, 110, 69, overlap=28)])


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(NUMBERS, max_size=120),
    rhythm=HABITS,
    columns=st.integers(0, 9),
    seed=st.integers(0, 9),
)
@example(values=[0.0] * 9 + [1.0, -1.0, 1.3407807929942596e148], rhythm=RHYTHM_OF_WEEKS, columns=1, seed=0)
def test_a_band_is_in_order_or_there_is_none(values: list[float], rhythm: Rhythm, columns: int, seed: int) -> None:
    says = np.random.default_rng(seed).integers(0, 2, (len(values) + 1, columns)).astype(float)
    band = expect(Past(np.array(values, dtype=float), says, rhythm))
    if band is not None:
        assert all(map(math.isfinite, band))
        assert band.lower <= band.middle <= band.upper
        assert band.lower < band.upper


@pytest.mark.parametrize("factor", [1e-6, 3.0, 1e9])
def test_another_unit_is_the_same_band(factor: float) -> None:
    rng = np.random.default_rng(1)
    values, says = 100 * np.exp(rng.normal(0, 0.1, 100)), np.eye(7)[np.arange(101) % 7]
    rhythm = Rhythm(10, 56, 42)
    one, other = (expect(Past(given, says, rhythm)) for given in (values, values * factor))
    assert one is not None
    assert other is not None
    assert other == pytest.approx(Band(*(bound * factor for bound in one)), rel=1e-3)


def test_what_comes_after_the_target_is_not_looked_at() -> None:
    rng = np.random.default_rng(2)
    values = 100 * np.exp(rng.normal(0, 0.1, 90))
    rhythm, bare = Rhythm(10, 56, 42), np.zeros((120, 0))
    known = [expect(Past(values[:n], bare[: n + 1], rhythm)) for n in (60, 75)]
    changed = values.copy()
    changed[75:] *= 9
    assert known == [expect(Past(changed[:n], bare[: n + 1], rhythm)) for n in (60, 75)]
