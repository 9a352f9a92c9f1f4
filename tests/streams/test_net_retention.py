"""The laws of the fold for a net retention: what was kept of whom, in whatever order events come."""

import random
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model, steering
from schemas.definition.model import NetPart, Unit
from streams.cells import Cells
from streams.fold import unpack
from streams.plan import compile_plan
from streams.readings import AsOf, Readings
from tests.streams import meaning
from tests.streams.folding import DAY, event, fold_log, nonzero, raws, the_source
from tests.streams.laws import is_the_same_in_any_order, read, reads_all_in_what_it_asks_for
from tests.streams.retaining import retaining

ZONES = ["UTC", "Europe/Amsterdam", "Asia/Kathmandu", "America/St_Johns"]
START = 1_774_500_000_000
PLANS = {zone: compile_plan(retaining(zone)) for zone in ZONES}
LATENESS = 40 * DAY
HORIZON = compile_plan(retaining("UTC", LATENESS))
JANUARY = 1_767_225_600_000


@st.composite
def payments(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Orders and refunds of a few users, that come to nothing and less often enough; some lack what is needed."""
    steps = st.sampled_from([0, 1, DAY // 2, DAY, 7 * DAY, 8 * DAY, 31 * DAY, 92 * DAY, 366 * DAY])
    events = []
    for number in range(draw(st.integers(1, 16))):
        t = START + draw(st.integers(0, 5)) * DAY + draw(steps) + draw(steps)
        user, amount = draw(st.sampled_from(["ann", "bob", "cé", None])), draw(st.sampled_from([5, -5, 0, 2.5, -10.01]))
        kind = draw(st.sampled_from(["order", "order", "order", "view"]))
        more = {"amount": amount} if draw(st.integers(0, 9)) else {}
        events.append(event(f"e{number}", kind, user, t, **more))
    return events


@settings(max_examples=150, deadline=None)
@given(payments(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(1, 3))
def test_order_batches_and_partitions_change_no_cell(
    events: list[dict[str, Any]], rng: random.Random, zone: str, partitions: int
) -> None:
    assert is_the_same_in_any_order(PLANS[zone], events, rng, partitions)


@settings(max_examples=150, deadline=None)
@given(payments(), st.randoms(use_true_random=False), st.sampled_from(ZONES), st.integers(-1, 800))
def test_each_part_means_what_its_words_say_at_any_moment(
    events: list[dict[str, Any]], rng: random.Random, zone: str, day: int
) -> None:
    plan, at = PLANS[zone], START + day * DAY
    rng.shuffle(events)
    readings = read(plan, events, at, [rng.randrange(1, 20) for _ in range(3)])
    for unit in Unit:
        for part in NetPart:
            measure = plan.definition.measures[f"paid.{part.value}"]
            assert isinstance(measure, model.NetRetention)
            found = readings.running(f"m_{part.value}", model.Calendar(unit), at).value
            assert found == meaning.net(measure, events, unit, zone, at), (part, unit)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(20, 120))
def test_what_is_forgotten_below_the_floor_changes_no_cell(rng: random.Random, size: int) -> None:
    # each as late as it may be, over so long that what came first is forgotten
    events, latest = [], START
    for number in range(size):
        t = latest - rng.choice([0, 0, 1, DAY, LATENESS // 2, LATENESS])
        events.append(event(f"e{number}", "order", rng.choice("ab"), t, amount=rng.choice([5, -5, 3, -8, 0.5])))
        latest = max(latest, t + rng.choice([0, DAY, 5 * DAY, 20 * DAY]))
        events.append(event(f"f{number}", "order", "c", latest, amount=1))
    source = the_source(HORIZON)
    folded = fold_log(source, raws(events), range(1, len(events), rng.randrange(1, 6)))
    assert folded.totals["counted"] == len(events)  # nothing was too late: all of them decide
    assert nonzero([folded]) == nonzero([fold_log(the_source(compile_plan(retaining("UTC"))), raws(events))])
    at = latest + DAY
    readings = Readings(HORIZON, Cells.of([folded.snapshot()]), AsOf(at, 0))
    for unit in Unit:
        for part in NetPart:
            measure = HORIZON.definition.measures[f"paid.{part.value}"]
            assert isinstance(measure, model.NetRetention)
            found = readings.running(f"m_{part.value}", model.Calendar(unit), at).value
            assert found == meaning.net(measure, events, unit, "UTC", at)


@pytest.mark.parametrize("late", [0, LATENESS])
def test_a_record_holds_days_of_the_horizon_however_busy_and_old_the_entity(late: int) -> None:
    days = 3 * 366
    events = [
        event(f"e{n}-{day}", "order", "u", START + day * DAY - (late if n else 0), amount=1)
        for day in range(days)
        for n in range(3)
    ]
    source = the_source(HORIZON)
    folded = fold_log(source, raws(events), range(50, len(events), 50))
    (record,) = (unpack(packed) for packed in folded.packed["user_id"].values())
    assert len(record) == len(Unit)
    # two numbers a day: those of the horizon and of one batch more, and the sums of two periods
    assert all(len(place) // 2 <= LATENESS // DAY + 50 // 3 + 3 for place in record)
    assert any(len(place) // 2 > LATENESS // DAY - 7 for place in record)


def test_a_late_refund_takes_back_all_that_was_kept_and_a_late_payment_files_it() -> None:
    plan, window = PLANS["UTC"], model.Calendar(Unit.MONTH)
    log = [
        event("1", "order", "ann", JANUARY + 3 * DAY, amount=10),
        event("2", "order", "ann", JANUARY + 33 * DAY, amount=4),
        event("3", "order", "ann", JANUARY + 40 * DAY, amount=7),
    ]
    refund = event("4", "order", "ann", JANUARY + 5 * DAY, amount=-10)
    again = event("5", "order", "ann", JANUARY + 6 * DAY, amount=0.5)
    at = JANUARY + 50 * DAY

    def parts(events: list[dict[str, Any]], at: int) -> list[Fraction | None]:
        readings = read(plan, events, at, [1, 2, 3, 4])
        return [readings.running(name, window, at).value for name in ("m_base", "m_kept", "net_retention")]

    assert parts(log, at) == [10, 11, Fraction(11, 10)]
    assert parts(log, JANUARY + 35 * DAY) == [10, 4, Fraction(4, 10)]
    assert parts([*log, refund], at) == [0, 0, None]
    assert parts([*log, refund, again], at) == [Fraction(1, 2), 11, 22]


def test_base_is_whole_from_the_first_day_and_the_pace_is_of_as_many_days_of_the_period_before() -> None:
    # january 10, february 4 on the 1st and 5 on the 20th, march 6 on the 10th
    paid = {3: 10, 31: 4, 50: 5, 68: 6}
    events = [event(f"e{day}", "order", "ann", JANUARY + day * DAY, amount=amount) for day, amount in paid.items()]
    march = JANUARY + (31 + 28) * DAY
    window = model.Calendar(Unit.MONTH)
    for passed, kept, before in ((0, 0, 4), (9, 6, 4), (25, 6, 9)):
        at = march + passed * DAY
        reading = read(PLANS["UTC"], events, at, []).running("net_retention", window, at)
        assert [reading.numerator, reading.denominator] == [kept, 9]
        assert reading.pace is not None
        assert [reading.pace.numerator, reading.pace.denominator] == [before, 10]


def test_what_lacks_the_amount_or_the_entity_is_counted_once() -> None:
    log = [
        event("1", "order", None, START, amount=1),
        event("2", "order", None, START),
        event("3", "order", "u", START),
        event("4", "order", "u", START, amount=1),
    ]
    totals = fold_log(the_source(PLANS["UTC"]), raws(log)).totals
    unused = {name: number for name, number in totals.items() if name.startswith("unused")}
    assert unused == {
        f"unused|paid.{part}|{reason}": number
        for part in ("base", "kept")
        for reason, number in (("no amount", 2), ("no user_id", 1))
    }


def test_amounts_that_together_pass_what_a_machine_adds_are_added_all_the_same() -> None:
    most = 2**53 - 1
    definition = retaining("UTC")
    measures = {
        name: msgspec.structs.replace(one, decimals=0)
        for name, one in definition.measures.items()
        if isinstance(one, model.NetRetention)
    }
    plan = compile_plan(msgspec.structs.replace(definition, measures=measures))
    log = [event(f"e{n}", "order", "u", START, amount=most) for n in range(600)]
    folded = fold_log(the_source(plan), raws(log))
    assert folded.cells["paid.base.year", str(meaning.local_date(1_798_761_600_000, "UTC"))] == 600 * most


def test_a_part_that_no_metric_shows_costs_no_cell() -> None:
    definition = retaining("UTC")
    only = {"m_kept": definition.metrics["m_kept"]}
    plan = compile_plan(
        msgspec.structs.replace(definition, metrics=only, north_star=steering.NorthStar(metric="m_kept"))
    )
    events = [event(f"e{n}", "order", "u", START + n * 20 * DAY, amount=1) for n in range(9)]
    some, all_ = (nonzero([fold_log(the_source(one), raws(events))]) for one in (plan, PLANS["UTC"]))
    assert some == {key: number for key, number in all_.items() if key[0].startswith("paid.kept.")}
    assert some


def test_the_cells_that_readings_ask_for_hold_all_of_both_parts() -> None:
    events = [event(f"e{n}", "order", f"u{n % 7}", START + n * 5 * DAY, amount=n % 5 - 1) for n in range(60)]
    plan, at = PLANS["UTC"], START + 59 * 5 * DAY
    snapshot = fold_log(the_source(plan), raws(events)).snapshot()
    assert reads_all_in_what_it_asks_for(plan, snapshot, at)
