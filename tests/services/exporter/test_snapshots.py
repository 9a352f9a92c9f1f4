"""What is shown is what the state says, as long as that can be trusted."""

import asyncio
import itertools
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.names import CELLS_PER_KEY
from schemas.readings import Reading
from services.exporter.followed import NothingToShow
from services.exporter.freshness import SETTLE_MS
from services.exporter.snapshots import FORGET_MS, Snapshots
from streams.plan import compile_plan
from streams.state.port import Partition
from tests.services.exporter.world import NOW, Event, World
from tests.streams.folding import DAY, HOUR, definition, event
from tests.streams.settling import settling

PLAN = compile_plan(definition("Europe/Amsterdam", lateness_ms=DAY))


def order(number: int, t: int, user: str = "ann", **properties: object) -> Event:
    return event(f"e{number}", "order", user, t, **({"amount": 60, "city": "Ede"} | properties))


def value(snapshots: Snapshots, metric: str, window: str) -> Fraction | None:
    """Of the whole."""
    found = [one for one in snapshots.shown().running if (one.metric, one.window, one.segment) == (metric, window, "")]
    return found[0].value


def why_not(snapshots: Snapshots) -> str:
    with pytest.raises(NothingToShow) as nothing:
        snapshots.shown()
    return str(nothing.value)


def test_nothing_is_shown_until_every_partition_has_a_position() -> None:
    async def story() -> None:
        world = World(PLAN, 2)
        assert "not been read" in why_not(world.snapshots)
        await world.snapshots.refresh()
        assert "no worker has begun to count shop" in why_not(world.snapshots)
        await world.store.fix_partitions(PLAN.version, "shop", 2)
        await world.company.open(0)
        await world.snapshots.refresh()
        assert why_not(world.snapshots) == "shop[1] has no position yet"
        assert not world.snapshots.up()
        await world.company.open(1)
        await world.snapshots.refresh()
        assert value(world.snapshots, "m_orders", "lifetime") == 0
        assert world.snapshots.up()

    asyncio.run(story())


def test_nothing_is_shown_while_a_position_is_behind_the_last_one_shown() -> None:
    async def story() -> None:
        world = World(PLAN, 2)
        await world.company.begin()
        await world.company.publish(*(order(n, NOW - n, f"u{n}") for n in range(20)))
        await world.snapshots.refresh()
        before = world.store.copied()
        await world.company.publish(*(order(n, NOW - n, f"u{n}") for n in range(20, 40)))
        await world.snapshots.refresh()
        shown = world.snapshots.shown().running
        world.store.fall_back(before)
        await world.snapshots.refresh()
        assert "was shown already: waiting until it has caught up" in why_not(world.snapshots)
        assert world.snapshots.up(), "the store answers, and every partition has a position"
        await world.company.fold(0)
        await world.snapshots.refresh()
        assert "shop[1]" in why_not(world.snapshots)
        await world.company.fold(1)
        world.reader.asked.clear()
        await world.snapshots.refresh()
        assert [number for number, _ in world.reader.asked] == [0, 1]
        for _, wanted in world.reader.asked:
            assert any(span.first is None for spans in wanted.values() for span in spans), "all is read anew"
        assert world.snapshots.shown().running == shown

    asyncio.run(story())


def test_a_state_that_is_away_is_shown_as_it_was_for_five_seconds() -> None:
    async def story() -> None:
        world = World(PLAN)
        await world.company.begin()
        await world.company.publish(order(1, NOW))
        await world.snapshots.refresh()
        world.reader.away = True
        world.clock.now_ms += 5_000
        await world.snapshots.refresh()
        assert value(world.snapshots, "m_orders", "day") == 1
        assert not world.snapshots.up()
        world.clock.now_ms += 1
        await world.snapshots.refresh()
        assert "the state does not answer" in why_not(world.snapshots)
        world.reader.away = False
        await world.snapshots.refresh()
        assert value(world.snapshots, "m_orders", "day") == 1
        assert world.snapshots.up()

    asyncio.run(story())


def test_a_reading_that_is_not_renewed_vanishes() -> None:
    async def story() -> None:
        world = World(PLAN)
        await world.company.begin()
        await world.snapshots.refresh()
        world.clock.now_ms += 5_001
        assert why_not(world.snapshots) == "the state was last read over 5 s ago"
        assert not world.snapshots.up()

    asyncio.run(story())


def test_an_idle_partition_that_is_caught_up_moves_the_as_of_and_one_that_lags_does_not() -> None:
    async def story() -> None:
        world = World(PLAN, 2)
        await world.company.begin()
        await world.company.publish(*(order(n, NOW - HOUR, f"u{n}") for n in range(9)))
        for _ in range(2):
            world.clock.now_ms += HOUR
            world.caught_up()
            await world.snapshots.refresh()
            trust = world.snapshots.shown().trust["m_orders"]
            assert trust.as_of.watermark_ms == world.clock.now_ms - SETTLE_MS
            assert trust.completeness == 1
        world.company.logs[1].append(order(99, world.clock.now_ms))
        world.caught_up()
        await world.snapshots.refresh()
        trust = world.snapshots.shown().trust["m_orders"]
        assert trust.as_of.watermark_ms == NOW + 2 * HOUR - SETTLE_MS
        world.clock.now_ms += HOUR
        world.caught_up()
        await world.snapshots.refresh()
        trust = world.snapshots.shown().trust["m_orders"]
        assert trust.as_of.watermark_ms == NOW + 2 * HOUR - SETTLE_MS
        assert trust.completeness == 0.5
        lags = [world.snapshots.seen.lag(Partition(PLAN.version, "shop", number)) for number in (0, 1)]
        assert lags == [0, 1]
        assert not any(one.complete for one in world.snapshots.shown().running if one.end_ms > NOW + 2 * HOUR)

    asyncio.run(story())


def test_lag_is_unknown_when_kafka_has_not_answered_lately() -> None:
    async def story() -> None:
        world = World(PLAN, 1)
        await world.company.begin()
        world.caught_up(NOW - 5_001)
        await world.snapshots.refresh()
        assert world.snapshots.seen.lag(Partition(PLAN.version, "shop", 0)) is None

    asyncio.run(story())


@pytest.mark.parametrize(("lateness_ms", "final"), [(DAY, False), (HOUR, True)])
def test_a_day_is_final_once_no_late_event_can_reach_it(lateness_ms: int, *, final: bool) -> None:
    async def story() -> None:
        world = World(compile_plan(definition("Europe/Amsterdam", lateness_ms=lateness_ms)), 1)
        await world.company.begin()
        await world.company.publish(order(1, NOW - 2 * DAY), order(2, NOW - DAY), order(3, NOW))
        world.caught_up()
        await world.snapshots.refresh()
        (day,) = (one for one in world.snapshots.shown().complete if (one.metric, one.window) == ("m_customers", "day"))
        assert (day.value, day.complete, day.final) == (Fraction(1), True, final)
        assert day.start_ms is not None
        assert day.start_ms <= NOW - DAY < day.end_ms < NOW

    asyncio.run(story())


def test_what_lies_below_the_floor_is_read_once() -> None:
    async def story() -> None:
        world = World(PLAN, 1)
        await world.company.begin()
        await world.company.publish(*(order(n, NOW - (200 - n) * HOUR) for n in range(200)))
        await world.snapshots.refresh()
        await world.company.publish(order(200, NOW))
        await world.snapshots.refresh()
        first, second = (wanted for _, wanted in world.reader.asked)
        assert any(span.first is None for spans in first.values() for span in spans)
        assert all(span.first is not None for spans in second.values() for span in spans)
        await world.snapshots.refresh()
        assert len(world.reader.asked) == 2, "nothing has moved, so nothing is read"
        world.clock.now_ms += FORGET_MS
        await world.snapshots.refresh()
        assert len(world.reader.asked) == 2 + 1

    asyncio.run(story())


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    kinds = st.sampled_from(["publish", "publish", "refresh", "wait", "look back", "remember", "fall back"])
    return draw(st.lists(st.tuples(kinds, st.integers(1, 40), st.integers(0, 10**6)), min_size=3, max_size=25))


def publishing(rng: random.Random, number: int, now_ms: int) -> list[Event]:
    """Orders and views, some of them late, in any order."""
    events: list[Event] = []
    for _ in range(number):
        properties: dict[str, Any] = {
            "amount": rng.choice([5, 60]),
            "city": rng.choice(["Ede", "Urk", "Epe", "Oss", ""]),
        }
        t = now_ms - rng.choice([0, 1, 7, 25, 60, 200]) * HOUR - rng.randrange(HOUR)
        kind = rng.choice(["order", "view"])
        events.append(event(f"e{rng.random()}", kind, f"u{rng.randrange(5)}", t, **properties))
    return events


@settings(max_examples=40, deadline=None)
@given(steps())
def test_an_exporter_that_has_run_for_long_shows_what_a_new_one_shows(story: list[tuple[str, int, int]]) -> None:
    async def tell() -> None:
        world = World(PLAN, 2)
        await world.company.begin()
        before = world.store.copied()
        for kind, number, seed in story:
            match kind:
                case "publish":
                    await world.company.publish(*publishing(random.Random(seed), number, world.clock.now_ms), batch=7)
                case "wait":
                    world.clock.now_ms += number * HOUR
                case "remember":
                    before = world.store.copied()
                case "fall back":
                    world.store.fall_back(before)
                    await world.snapshots.refresh()
                    for partition in (0, 1):
                        await world.company.fold(partition)
                case "look back":
                    await world.snapshots.read(lambda _, __: {"orders.day": []}, lambda _: None)
            world.caught_up()
            await world.snapshots.refresh()
            new = world.exporter()
            await new.refresh()
            assert told(world.snapshots) == told(new)

    asyncio.run(tell())


def told(snapshots: Snapshots) -> list[list[Reading]]:
    shown = snapshots.shown()
    return [shown.running, shown.complete]


def test_a_share_is_never_above_one_and_no_count_falls_while_workers_commit() -> None:
    async def story() -> None:
        world = World(PLAN, 2)
        await world.company.begin()
        enough = asyncio.Event()

        async def commit() -> None:
            for number in itertools.count():
                await world.company.publish(order(number, NOW - number, f"u{number}", amount=51), batch=1)
                await asyncio.sleep(0)
                if enough.is_set():
                    return

        committing, counted, moved = asyncio.create_task(commit()), 0, 0
        while moved < 20:
            await world.snapshots.refresh()
            shown = world.snapshots.shown()
            big, orders = (value(world.snapshots, name, "lifetime") for name in ("m_big_orders", "m_orders"))
            events = sum(snapshot.totals.get("counted", 0) for snapshot in shown.partitions.values())
            assert big == orders == events >= counted
            counted, moved = events, moved + (events > counted)
            await asyncio.sleep(0)
        enough.set()
        await committing

    asyncio.run(story())


def test_two_exporters_show_the_same() -> None:
    async def story() -> None:
        world = World(PLAN, 2)
        other = world.exporter()
        await world.company.begin()
        for seed in range(5):
            await world.company.publish(*publishing(random.Random(seed), 20, NOW))
            for snapshots in (world.snapshots, other):
                await snapshots.refresh()
            assert told(world.snapshots) == told(other)

    asyncio.run(story())


def test_who_settles_for_a_segment_after_the_floor_is_shown_there_with_all_that_came_before() -> None:
    async def story() -> None:
        plan = compile_plan(settling(lateness_ms=DAY))
        world = World(plan, 1)
        await world.company.begin()
        last = (plan.calendar.day(NOW) - 9) // CELLS_PER_KEY * CELLS_PER_KEY - 1
        begun = plan.calendar.start(last) + HOUR
        await world.company.publish(order(0, begun), event("v", "view", "bob", begun + 3 * DAY))
        await world.snapshots.refresh()
        assert by_channel(world.snapshots) == {"friends": 0, "ads": 0, "none": 1}
        await world.company.publish(event("s", "view", "ann", begun + 4 * DAY, channel="ads"))
        await world.snapshots.refresh()
        assert by_channel(world.snapshots) == {"friends": 0, "ads": 1}

    asyncio.run(story())


def by_channel(snapshots: Snapshots) -> dict[str, Fraction | None]:
    """Orders in every month."""
    found = snapshots.shown().running
    return {
        one.segment: one.value
        for one in found
        if (one.metric, one.window) == ("m_orders", "lifetime")
        if one.dimension == "channel"
    }


def test_what_was_begun_below_the_floor_is_shown_when_its_end_comes() -> None:
    async def story() -> None:
        world = World(PLAN, 1)
        await world.company.begin()
        days = PLAN.calendar
        last = (days.day(NOW) - 9) // CELLS_PER_KEY * CELLS_PER_KEY - 1
        begun = days.start(last) + HOUR  # on the last day of its key: the floor's day is in the next one
        await world.company.publish(event("v", "view", "ann", begun), order(1, begun + 5 * DAY // 2, "bob"))
        await world.snapshots.refresh()
        assert value(world.snapshots, "m_converted", "lifetime") == 0
        await world.company.publish(order(2, begun + 5 * DAY // 2 + HOUR))
        await world.snapshots.refresh()
        assert value(world.snapshots, "m_converted", "lifetime") == 1

    asyncio.run(story())


def test_readings_that_take_too_long_to_reckon_are_told_apart_from_a_state_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def endless(*_: object) -> None:
        raise TimeoutError

    async def story() -> None:
        world = World(PLAN)
        await world.company.begin()
        monkeypatch.setattr("services.exporter.snapshots.show", endless)
        await world.snapshots.refresh()
        assert "to reckon all readings takes longer than 5 s" in why_not(world.snapshots)
        monkeypatch.setattr(world.reader, "standing", endless)
        await world.snapshots.refresh()
        assert why_not(world.snapshots) == "the state does not answer: not in time"

    asyncio.run(story())
