"""The laws of the fold for a lifecycle: what its parts are, in whatever order events come."""

import random
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model
from schemas.definition.model import Part, Unit
from streams.plan import compile_plan
from tests.streams import meaning
from tests.streams.folding import DAY, event, fold_log, raws, the_source
from tests.streams.laws import is_the_same_in_any_order, read, reads_all_in_what_it_asks_for
from tests.streams.living import living

ZONES = ["UTC", "Europe/Amsterdam", "Asia/Kathmandu", "America/St_Johns"]
START = 1_774_500_000_000
PLANS = {zone: compile_plan(living(zone)) for zone in ZONES}


@st.composite
def lives(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Orders and views of a few users, over days, weeks and years."""
    steps = st.sampled_from([0, 1, DAY // 2, DAY, 7 * DAY, 8 * DAY, 31 * DAY, 92 * DAY, 366 * DAY])
    events = []
    for number in range(draw(st.integers(1, 16))):
        t = START + draw(st.integers(0, 5)) * DAY + draw(steps) + draw(steps)
        user = draw(st.sampled_from(["ann", "bob", "cé", None]))
        events.append(event(f"e{number}", draw(st.sampled_from(["order", "order", "order", "view"])), user, t))
    return events


@settings(max_examples=100, deadline=None)
@given(lives(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(1, 3))
def test_order_batches_and_partitions_change_no_cell(
    events: list[dict[str, Any]], rng: random.Random, zone: str, partitions: int
) -> None:
    assert is_the_same_in_any_order(PLANS[zone], events, rng, partitions)


@settings(max_examples=150, deadline=None)
@given(lives(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 800))
def test_each_part_means_what_its_words_say_at_any_moment(
    events: list[dict[str, Any]], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    readings = read(plan, events, at, [rng.randrange(1, 20) for _ in range(3)])
    for unit in Unit:
        window, found = model.Calendar(unit), {}
        for part in Part:
            measure = plan.definition.measures[f"users.{part.value}"]
            assert isinstance(measure, model.Lifecycle)
            found[part] = readings.running(f"m_{part.value}", window, at).value
            assert found[part] == meaning.life(measure, events, unit, zone, at), (part, unit)
        assert found[Part.ACTIVE] == sum(found[part] or 0 for part in (Part.NEW, Part.RETAINED, Part.RESURRECTED))


def test_a_part_is_divided_compared_and_paced_like_any_measure() -> None:
    # January: ann, bob; February: ann, from the 10th; March: ann, bob, cé
    days = {"ann": (0, 40, 59), "bob": (1, 60), "cé": (61,)}
    january = 1_767_225_600_000
    events = [
        event(f"{user}{day}", "order", user, january + day * DAY) for user, those in days.items() for day in those
    ]
    plan, window = PLANS["UTC"], model.Calendar(Unit.MONTH)
    march = january + (31 + 28 + 10) * DAY
    readings = read(plan, events, march, [])

    def value(metric: str, at: int) -> Fraction | None:
        return readings.running(metric, window, at).value

    assert [value("m_dormant", january + day * DAY) for day in (30, 31, 39, 40, 58, 59, 61)] == [0, 2, 2, 1, 1, 0, 0]
    assert value("retention", january + 58 * DAY) == Fraction(1, 2)
    assert value("retention", january + 30 * DAY) is None
    assert value("kept_now", march) == Fraction(1, 3)
    assert value("growth", march) == 2
    pace = readings.running("m_retained", window, march).pace
    assert pace is not None
    assert pace.value == 1
    assert readings.running("m_resurrected", window, march).value == 1


def test_the_cells_that_readings_ask_for_hold_all_of_every_part() -> None:
    events = [event(f"e{n}", "order", f"u{n % 7}", START + n * 5 * DAY) for n in range(60)]
    plan, at = PLANS["UTC"], START + 59 * 5 * DAY
    snapshot = fold_log(the_source(plan), raws(events)).snapshot()
    assert reads_all_in_what_it_asks_for(plan, snapshot, at)
