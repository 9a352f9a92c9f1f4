"""What a reading came to when its span was first over, and by how much late events have changed it."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition import model
from schemas.events.needs import Raw
from schemas.readings import Reading, Restated
from streams.cells import Cells
from streams.plan import Plan, measures_of
from streams.readings import AsOf, Readings
from streams.segmentation import shared_by
from streams.state.port import Snapshot
from streams.time.grains import Grain
from tests.streams import meaning
from tests.streams.folding import DAY, HOUR, PartitionFold, event, the_source
from tests.streams.laws import last_complete_segments
from tests.streams.restating.restated_log import START, folded, log_of, one_by_one, plans, some_events

PLANS = plans()
DAY_WINDOW = model.Calendar(model.Unit.DAY)
WINDOWS = (
    DAY_WINDOW,
    model.Calendar(model.Unit.WEEK),
    model.Calendar(model.Unit.MONTH),
    model.RollingDays(3),
    model.RollingSpan(2 * HOUR),
    model.Lifetime(),
)


def when_first_over(of: Plan, log: list[Raw], grain: Grain, last: int) -> Snapshot:
    """The partition just after it had reached a piece past this one; at the end of its log where it never did."""
    fold = PartitionFold(the_source(of))
    for raw in log:
        if fold.standing.watermark > 0 and grain.of(fold.standing.watermark) > last:
            break
        fold.fold([raw])
    return fold.snapshot()


def without_late(lates: Sequence[Counter[tuple[str, str]]], snapshots: Sequence[Snapshot], last: int) -> Cells:
    """The cells of now, less what each late event added when a piece past this one had been reached."""
    cells = Cells.of(snapshots)
    for (series, field), number in (pair for late in lates for pair in late.items()):
        pieces, bar, rest = field.partition("|")
        bucket, reached = map(int, pieces.split("@"))
        if bucket <= last < reached:
            cells.add(series.removesuffix("~"), {f"{bucket}{bar}{rest}": -number})
    return cells


def all_of(readings: Readings, of: Plan, window: model.Window, watermark: int) -> Iterator[Reading]:
    """Of every metric that is read over this window the whole and its segments, complete; a lifetime up to the day
    before.
    """
    for name, metric in of.definition.metrics.items():
        if window in metric.windows:
            whole = readings.last_complete(name, window)
            if whole is None:
                yield readings.running(name, window, watermark - DAY)
                yield from readings.segments(name, window, watermark - DAY)
            else:
                yield whole
                yield from last_complete_segments(readings, name, window, watermark)


def grows(of: Plan, reading: Reading) -> bool:
    """Whether the past of a reading changes by itself."""
    under = [of.definition.measures[name] for name in measures_of(of.definition, reading.metric)]
    dimensions = {reading.dimension} if reading.dimension else shared_by(of.definition, reading.metric)
    waits = any(of.definition.dimensions[name].within_ms for name in dimensions)
    return waits or any(isinstance(one, model.Conversion) for one in under)


def changed(now: Fraction | None, then: Fraction | None) -> Fraction | None:
    return None if now is None or then is None else now - then


def by_name(readings: Iterable[Reading]) -> dict[tuple[str, str, str], Fraction | None]:
    return {(one.metric, one.dimension, one.segment): one.value for one in readings}


@pytest.mark.parametrize("name", PLANS)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_it_is_what_each_partition_held_when_it_had_just_gone_past_the_end_or_now_less_what_came_late(
    name: str, seed: int
) -> None:
    rng, of = random.Random(seed), PLANS[name]
    logs = [log_of(some_events(rng, rng.randrange(1, 50))) for _ in range(2)]
    cuts = [[rng.randrange(50) for _ in range(rng.randrange(4))] for _ in logs]
    at = START + rng.randrange(12 * DAY)
    as_of = AsOf(at, 0)
    snapshots, lates = folded(of, logs, cuts), [one_by_one(of, log).late for log in logs]
    now = Readings(of, Cells.of(snapshots), as_of)
    for window in WINDOWS:
        grain = next(series.grain for (_, one), series in of.series.items() if one == window)
        some = next(all_of(now, of, window, at))
        last = grain.of(some.end_ms - 1)
        firsts = Cells.of(when_first_over(of, log, grain, last) for log in logs)
        then = by_name(all_of(Readings(of, firsts, as_of), of, window, at))
        less = by_name(all_of(Readings(of, without_late(lates, snapshots, last), as_of), of, window, at))
        for one in all_of(now, of, window, at):
            key = one.metric, one.dimension, one.segment
            plain = isinstance(of.definition.metrics[one.metric].value, model.Plain)
            nothing = Fraction(0) if plain else None
            first = less.get(key, nothing) if grows(of, one) else then.get(key, nothing)
            if one.restated is None:
                assert one.value == first, key
            else:
                told = None if grows(of, one) else first
                assert one.restated == Restated(value=told, by=changed(one.value, first)), key


@pytest.mark.parametrize("name", PLANS)
def test_such_logs_restate_every_metric_and_every_window_as_a_whole_and_in_segments(name: str) -> None:
    of, rng, restated = PLANS[name], random.Random(4), set[tuple[str, str, str]]()
    for _ in range(120 if name == "spread" else 30):  # amounts alone are few in an hour
        snapshots = folded(of, [log_of(some_events(rng, 60))], [[40]])
        at = START + rng.randrange(-2 * DAY, 12 * DAY)
        now = Readings(of, Cells.of(snapshots), AsOf(at, 0))
        found = (one for window in WINDOWS for one in all_of(now, of, window, at) if one.restated and one.restated.by)
        restated.update((one.metric, one.window, one.dimension) for one in found)
    of_others = {"m_accounts", "m_accounts_back", "m_products"}  # which a second stage counts
    assert {metric for metric, _, _ in restated} == of.definition.metrics.keys() - of_others
    assert {window for _, window, _ in restated} == {window.label for window in WINDOWS}
    assert {dimension for _, _, dimension in restated} == {"", *of.definition.dimensions}


def read(of: Plan, events: list[dict[str, Any]], watermark: int) -> Readings:
    """In one batch."""
    return Readings(of, Cells.of(folded(of, [log_of(events)], [[]])), AsOf(watermark, 0))


def test_a_late_order_tells_what_the_day_was_before_it_also_in_ratios_and_medians() -> None:
    of, day = PLANS["UTC"], START // DAY * DAY
    log = [
        event("a", "order", "ann", day + 5, amount=10),
        event("b", "order", "ann", day + 6, amount=20),
        event("c", "order", "bob", day + DAY, amount=1),
        event("d", "order", "eve", day + 7, amount=50),
    ]
    readings = read(of, log, day + DAY)
    found = {metric: readings.last_complete(metric, WINDOWS[0]) for metric in of.definition.metrics}
    told: dict[str, tuple[Any, Any, Any]] = {
        name: (one.restated.value, one.restated.by, one.value) if one.restated else (None, None, one.value)
        for name, one in found.items()
        if one
    }
    assert told["m_orders"] == (2, 1, 3)
    assert told["m_revenue"] == (30, 50, 80)
    assert told["m_customers"] == (1, 1, 2)
    assert told["repeats_per_customer"] == (1, Fraction(-1, 2), Fraction(1, 2))
    assert told["m_amounts"] == (2, 1, 3)
    assert told["m_converted"] == (None, None, 0)
    assert readings.running("m_orders", WINDOWS[0], day + DAY).restated is None, "what runs on is not restated"
    lifetime = [readings.running("m_orders", model.Lifetime(), at) for at in (day, day + DAY)]
    assert [one.restated for one in lifetime] == [Restated(value=Fraction(2), by=Fraction(1)), None]


def test_a_segment_is_restated_where_the_late_event_lies_and_nowhere_else() -> None:
    of, day = PLANS["UTC"], START // DAY * DAY
    log = [
        event("a", "order", "ann", day, amount=10, city="Ede"),
        event("b", "order", "ann", day, amount=20, city="Urk"),
        event("c", "order", "bob", day + DAY, amount=1, city="Ede"),
        event("d", "order", "eve", day + 7, amount=50, city="Urk"),
    ]
    readings = read(of, log, day + DAY)
    found = {one.segment: one for one in last_complete_segments(readings, "m_revenue", DAY_WINDOW, day + DAY)}
    assert found["Ede"].restated is None
    assert found["Urk"].value == 70
    assert found["Urk"].restated == Restated(value=Fraction(20), by=Fraction(50))


def test_quantiles_of_a_segment_are_restated_where_the_late_amount_lies_and_each_of_them_says_so() -> None:
    of, day = PLANS["spread"], START // DAY * DAY
    log = [
        *(event(f"a{n}", "order", "ann", day, amount=n, city="Ede") for n in (1, 2)),
        *(event(f"b{n}", "order", "ann", day, amount=n, city="Urk") for n in (3, 4)),
        event("c", "order", "bob", day + DAY, amount=1, city="Ede"),
        event("d", "order", "eve", day + 7, amount=50, city="Urk"),
        event("e", "order", "eve", day + 8, city="Ede"),
    ]
    readings = read(of, log, day + DAY)
    for metric, now, was in (("p0.5", 4, 3), ("p1", 50, 4)):
        found = {one.segment: one for one in last_complete_segments(readings, metric, DAY_WINDOW, day + DAY)}
        assert found["Ede"].restated is None
        now_told, was_told = (meaning.told(Fraction(one), 2) for one in (now, was))
        assert found["Urk"].value == now_told
        assert now_told is not None
        assert was_told is not None
        assert found["Urk"].restated == Restated(value=was_told, by=now_told - was_told)


def test_the_last_hours_are_restated_by_what_came_when_their_last_bucket_was_over() -> None:
    of, t = PLANS["UTC"], START // HOUR * HOUR
    log = [
        event("a", "order", "ann", t),
        event("b", "order", "ann", t + HOUR // 12),
        event("c", "order", "ann", t + 1),
    ]
    found = read(of, log, t + HOUR // 12).last_complete("m_orders", model.RollingSpan(2 * HOUR))
    assert found is not None
    assert found.value == 2
    assert found.restated == Restated(value=Fraction(1), by=Fraction(1))
    day = read(of, log, t + 2 * DAY).last_complete("m_orders", DAY_WINDOW)
    assert day is not None
    assert day.restated is None, "it still ran"


@pytest.mark.parametrize("late", [False, True])
def test_of_a_conversion_what_late_events_changed_is_told_and_not_what_it_was_at_first(late: bool) -> None:  # noqa: FBT001
    """Now less what came late is not what was told at first: the day has grown meanwhile, without anything late."""
    of, day = PLANS["UTC"], START // DAY * DAY
    log = [
        event("a", "view", "ann", day),
        event("b", "view", "bob", day + 1),
        event("c", "note", "eve", day + DAY),
    ]
    first = read(of, log, day + DAY).last_complete("m_converted", DAY_WINDOW)
    log.append(event("d", "order", "ann", day + DAY + 1))
    if late:
        log.append(event("e", "order", "bob", day + 2))
    found = read(of, log, day + DAY).last_complete("m_converted", DAY_WINDOW)
    assert first is not None
    assert found is not None
    assert first.value == 0
    assert found.value is not None
    assert found.value - (1 if late else 0) == 1, "it has grown"
    assert first.restated is None
    assert found.restated == (Restated(value=None, by=Fraction(1)) if late else None)


@pytest.mark.parametrize(("at", "by"), [(DAY, None), (1, Fraction(2))])
def test_a_user_moves_between_segments_and_restates_them_only_if_the_event_that_shows_it_was_late(
    at: int, by: Fraction | None
) -> None:
    of, day = PLANS["settling"], START // DAY * DAY
    log = [
        event("a", "order", "ann", day),
        event("b", "order", "ann", day + 5),
        event("c", "order", "bob", day + DAY),
        event("d", "view", "ann", day + at, channel="ads"),
    ]
    readings = read(of, log, day + DAY)
    found = {
        one.segment: one
        for one in last_complete_segments(readings, "m_orders", DAY_WINDOW, day + DAY)
        if one.dimension == "channel"
    }
    assert found["ads"].value == 2
    assert found["ads"].restated == (by and Restated(value=None, by=by))
    share = readings.last_complete("from_ads", DAY_WINDOW)
    assert share is not None
    assert share.value == 1
    assert share.restated == (by and Restated(value=None, by=Fraction(1)))
