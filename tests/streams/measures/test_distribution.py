"""Bins hold every amount once, and what is told of one is within 1 % of all in it."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.definition import model, steering
from schemas.events.needs import BIGGEST
from streams.cells import Cells
from streams.measures.distribution import OUTERMOST, bins_of, quantile, value_of
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings
from tests.streams import meaning
from tests.streams.folding import DAY, definition, event, fold_log, nonzero, raws, the_source

START = 1_774_500_000_000
AMOUNTS = st.one_of(
    st.integers(-BIGGEST, BIGGEST),
    st.integers(-300, 300),
    st.builds(lambda bits, near: max(-BIGGEST, min(BIGGEST, 2**bits + near)), st.integers(0, 53), st.integers(-2, 2)),
)
PARTS = st.sampled_from(["0.000001", "0.05", "0.25", "0.5", "0.9", "0.95", "0.999", "1"])


def bin_of(value: int) -> int:
    return int(bins_of(np.array([value], np.int64))[0])


def edges() -> list[int]:
    """The smallest integer of each bin above 0, found by halving over what the bins say, not read off their table."""
    found = []
    for wanted in range(1, OUTERMOST + 1):
        low, high = 1, BIGGEST
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if bin_of(middle) >= wanted else (middle + 1, high)
        found.append(low)
    return found


def test_bins_lie_side_by_side_from_one_to_the_biggest_amount_and_each_keeps_the_promise() -> None:
    lows = edges()
    assert lows[0] == 1
    assert lows == sorted(set(lows))
    for number, (low, after) in enumerate(zip(lows, [*lows[1:], BIGGEST + 1], strict=True), 1):
        high = after - 1
        assert bin_of(low) == bin_of(high) == number
        for value in (low, high):  # the error is largest at the edges
            assert abs(value_of(number) - value) * 100 <= value


@settings(max_examples=500, deadline=None)
@given(AMOUNTS)
@example(BIGGEST)
@example(-BIGGEST)
@example(0)
def test_what_is_told_of_an_amount_is_within_one_percent_of_it_and_mirrors(value: int) -> None:
    assert abs(value_of(bin_of(value)) - value) * 100 <= abs(value)
    assert bin_of(-value) == -bin_of(value)
    assert value_of(bin_of(-value)) == -value_of(bin_of(value))


@given(st.lists(AMOUNTS, min_size=2, max_size=50))
def test_a_larger_amount_is_never_in_a_smaller_bin(values: list[int]) -> None:
    bins = bins_of(np.array(sorted(values), np.int64)).tolist()
    assert bins == sorted(bins)


@settings(max_examples=300, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=40), PARTS)
def test_a_quantile_of_bins_is_within_one_percent_of_the_exact_nearest_rank(values: list[int], part: str) -> None:
    counts: dict[int, int] = {}
    for one in bins_of(np.array(values, np.int64)).tolist():
        counts[one] = counts.get(one, 0) + 1
    exact = next(v for n, v in enumerate(sorted(values), 1) if n >= Fraction(part) * len(values))
    found = quantile(counts, Fraction(part))
    assert found is not None
    assert abs(found - exact) * 100 <= abs(exact)


def test_nothing_has_no_quantile() -> None:
    assert quantile({}, Fraction(1, 2)) is None


def planned(decimals: int = 0) -> Plan:
    """A distribution of minutes by day and in pieces of five minutes, and metrics on it."""
    whole = definition()
    windows = (model.Calendar(model.Unit.MONTH), model.RollingDays(3), model.RollingSpan(7_200_000), model.Lifetime())
    minutes = model.Distribution(name="minutes", property="amount", decimals=decimals, source="shop", of="order")
    values = {f"p{part}": model.Quantile("minutes", part) for part in ("0.5", "0.95", "1")}
    return compile_plan(
        model.Definition(
            company="x",
            time_zone="UTC",
            north_star=steering.NorthStar(metric="p0.95"),
            sources=whole.sources,
            measures={"minutes": minutes},
            metrics={name: model.Metric(name=name, value=value, windows=windows) for name, value in values.items()},
        )
    )


def orders(amounts: list[Any], step_ms: int = 11 * 3_600_000) -> list[dict[str, Any]]:
    """One an amount, a step apart; None is an order that holds none."""
    return [
        event(f"e{n}", "order", "ann", START + n * step_ms, **({} if amount is None else {"amount": amount}))
        for n, amount in enumerate(amounts)
    ]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.none() | AMOUNTS, min_size=1, max_size=25), st.randoms(use_true_random=False), st.integers(0, 12))
def test_any_order_and_cut_give_the_same_cells_and_quantiles_near_the_exact_ones(
    amounts: list[int | None], rng: Any, day: int
) -> None:
    plan, events, at = planned(), orders(amounts), START + day * DAY
    whole = fold_log(the_source(plan), raws(events))
    rng.shuffle(events)
    half = len(events) // 2
    cuts = [rng.randrange(1, 20) for _ in range(3)]
    parts = [fold_log(the_source(plan), raws(some), cuts) for some in (events[:half], events[half:]) if some]
    assert nonzero(parts) == nonzero([whole])
    assert whole.packed == {}  # nothing is remembered of anybody
    readings = Readings(plan, Cells.of(one.snapshot() for one in parts), AsOf(at, 0))
    for name, metric in plan.definition.metrics.items():
        for window in metric.windows:
            exact = meaning.quantile(name[1:], events, meaning.in_window(window, "UTC", at), 0)
            found = readings.running(name, window, at).value
            assert (found is None) == (exact is None)
            assert found is None or exact is None or abs(found - exact) * 100 <= abs(exact)


def test_cells_are_named_by_bucket_and_bin_and_an_absent_property_is_counted_as_unused() -> None:
    folded = fold_log(the_source(planned()), raws(orders([0, -3, 7, 7, None, 51], step_ms=1)))
    day = meaning.local_date(START, "UTC")
    cells = {field: number for (series, field), number in folded.cells.items() if series == "minutes.day"}
    assert cells == {f"{day}||0": 1, f"{day}||-3": 1, f"{day}||7": 2, f"{day}||50": 1}
    assert folded.totals["unused|minutes|no amount"] == 1


@pytest.mark.parametrize(("decimals", "shown"), [(0, Fraction(8)), (1, Fraction(75, 10)), (2, Fraction(150500, 20067))])
def test_bins_are_of_the_declared_decimals(decimals: int, shown: Fraction) -> None:
    plan = planned(decimals)
    folded = fold_log(the_source(plan), raws(orders([7.5])))
    value = Readings(plan, Cells.of([folded.snapshot()]), AsOf(START, 0)).running("p0.5", model.Lifetime(), START).value
    assert value is not None
    assert abs(value - shown) * 100 <= shown


@settings(deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=60))
def test_a_piece_of_time_has_at_most_one_cell_a_bin_however_many_events(amounts: list[int]) -> None:
    folded = fold_log(the_source(planned()), raws(orders(amounts * 3, step_ms=0)))
    cells = [number for (series, _), number in folded.cells.items() if series == "minutes.day"]
    assert len(cells) == len({bin_of(one) for one in amounts}) <= 2 * OUTERMOST + 1
    assert sum(cells) == 3 * len(amounts)
    assert OUTERMOST < 2000
