"""What moved a metric: two periods beside each other, and of what adds up each segment's part, by their meaning."""

from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest

from tests.services.exporter.over_http import Client, get, history, tell
from tests.services.exporter.towns import many_towns
from tests.services.exporter.world import NOW, World
from tests.streams import meaning
from tests.streams.folding import DAY, HOUR

ZONE = "Europe/Amsterdam"
ADDED_UP = ("orders", "revenue")
WINDOWS = ["day", "week", "month", "3d", "2h"]


def ms(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


async def published(world: World) -> list[dict[str, Any]]:
    events = [*many_towns(), *history(NOW)]
    await world.company.publish(*events)
    world.caught_up()
    return events


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("ago", [None, 0, 3 * DAY + HOUR])
def test_both_periods_are_what_their_events_mean(window: str, ago: int | None) -> None:
    async def story(world: World, client: Client) -> None:
        events = await published(world)
        asked: dict[str, Any] = {"window": window} | ({} if ago is None else {"at": NOW - ago})
        for name, measure in world.plan.definition.measures.items():
            metric = world.plan.definition.metrics[f"m_{name}"]
            over = next(one for one in metric.windows if one.label == window)
            found = await get(client, f"/v1/metrics/m_{name}/change", **asked)
            for period in ("before", "last"):
                one = found[period]
                inside = meaning.in_window(over, ZONE, ms(one["end"]) - 1)
                assert Fraction(one["exact"]) == meaning.number(measure, events, inside), (name, period)
                assert one["complete"]
            assert found["before"]["end"] == found["last"]["start"]
            difference = Fraction(found["last"]["exact"]) - Fraction(found["before"]["exact"])
            assert Fraction(found["exact_change"]) == difference
            assert ms(found["last"]["end"]) <= NOW if ago is None else ms(found["last"]["end"]) <= NOW - ago + DAY

    tell(story, ZONE)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_parts_of_a_count_and_of_a_sum_add_up_to_the_whole_difference(window: str) -> None:
    async def story(world: World, client: Client) -> None:
        world.clock.now_ms += 8 * DAY
        events, at_ms = await published(world), NOW + 2 * DAY if window == "month" else NOW - 2 * DAY
        for name in ADDED_UP:
            measure = world.plan.definition.measures[name]
            over = next(one for one in world.plan.definition.metrics[f"m_{name}"].windows if one.label == window)
            found = await get(client, f"/v1/metrics/m_{name}/change", window=window, at=at_ms)
            assert found["adds_up"]
            [city] = found["dimensions"]
            changes = [Fraction(one["exact_change"]) for one in city["segments"]]
            assert sum(changes) == Fraction(found["exact_change"])
            assert [abs(one) for one in changes] == sorted(map(abs, changes), reverse=True)
            if found["change"]:
                assert sum(one["part"] for one in city["segments"]) == pytest.approx(1)
            for period in ("before", "last"):
                inside = meaning.in_window(over, ZONE, ms(found[period]["end"]) - 1)
                for one in city["segments"]:
                    if one["segment"] not in ("other", "none"):
                        alone = [each for each in events if each.get("city") == one["segment"]]
                        assert Fraction(one[period]["exact"]) == meaning.number(measure, alone, inside)

    tell(story, ZONE)


def test_a_town_that_is_not_among_the_largest_in_one_period_is_told_of_both() -> None:
    """Otherwise it would be a part of the others there, and seem to have come from nothing here."""

    async def story(world: World, client: Client) -> None:
        await published(world)
        found = await get(client, "/v1/metrics/m_orders/change", window="day", at=NOW - 2 * DAY)
        told = [one["segment"] for one in found["dimensions"][0]["segments"]]
        assert len(told) == len(set(told))
        assert {"other", "none"} <= set(told)

    tell(story, ZONE)


def test_differences_of_what_does_not_add_up_stand_for_themselves() -> None:
    async def story(world: World, client: Client) -> None:
        await published(world)
        amounts = await get(client, "/v1/metrics/m_amounts/change", window="week")
        assert not amounts["adds_up"]
        assert {one["part"] for one in amounts["dimensions"][0]["segments"]} == {None}
        ratio = await get(client, "/v1/metrics/repeats_per_customer/change", window="week")
        assert (ratio["adds_up"], ratio["dimensions"]) == (False, [])
        assert (ratio["sides"], amounts["sides"]) == (["repeats", "customers"], None)
        last, before = (Fraction(ratio[one]["numerator"], ratio[one]["denominator"]) for one in ("last", "before"))
        assert Fraction(ratio["exact_change"]) == last - before
        assert ratio["growth"] == pytest.approx(float((last - before) / before))

    tell(story, ZONE)


@pytest.mark.parametrize(
    ("metric", "query", "words"),
    [
        ("m_orders", {"window": "lifetime"}, "a lifetime is never over, and has none before it; ask for day or week"),
        ("m_orders", {"step": "1d"}, "unknown parameter 'step'; there are window, at, dimension"),
        ("m_orders", {"window": "year"}, "m_orders is not read over the window 'year'"),
        ("m_orders", {"dimension": "town"}, "m_orders is not split by 'town'; it is split by city"),
        ("m_orders", {"at": "soon"}, "at must be epoch milliseconds or ISO 8601"),
    ],
)
def test_a_bad_question_is_told_what_is_bad(metric: str, query: dict[str, Any], words: str) -> None:
    async def story(_: World, client: Client) -> None:
        assert words in (await get(client, f"/v1/metrics/{metric}/change", 400, **query))["error"]

    tell(story, ZONE)


def test_before_anything_is_read_and_of_what_there_is_not_it_says_so() -> None:
    async def story(_: World, client: Client) -> None:
        assert "no event of m_orders has been read" in (await get(client, "/v1/metrics/m_orders/change", 503))["error"]
        assert "m_orders" in (await get(client, "/v1/metrics/m_order/change", 404))["nearest"]

    tell(story, ZONE)
