"""A history that is asked for its segments has at each moment those that the moment alone has."""

from datetime import datetime
from typing import Any

import pytest

from services.exporter.asked import MOST_POINTS
from tests.services.exporter.over_http import Client, get, history, tell
from tests.services.exporter.towns import many_towns
from tests.services.exporter.world import NOW, World
from tests.streams.folding import DAY, HOUR

FIRST = NOW - 9 * DAY


def at_of(reading: dict[str, Any]) -> int:
    return round(datetime.fromisoformat(reading["at"]).timestamp() * 1000)


@pytest.mark.parametrize(
    "asked", [{"segments": "yes"}, {"dimension": "city"}, {"segments": "yes", "dimension": "city"}]
)
def test_the_segments_of_each_moment_are_those_that_it_has_alone(asked: dict[str, str]) -> None:
    async def story(world: World, client: Client) -> None:
        await world.company.publish(*many_towns())
        shown = set()
        for metric, window, step in [
            ("m_orders", "day", "1d"),
            ("m_orders", "week", "2d"),
            ("m_revenue", "2h", "18h"),
            ("m_amounts", "3d", "3d"),
        ]:
            query: dict[str, Any] = {"from_": FIRST, "to": NOW, "window": window, "step": step} | asked
            for one in (await get(client, f"/v1/metrics/{metric}", **query))["readings"]:
                single = await get(client, f"/v1/metrics/{metric}", at=at_of(one), window=window)
                assert one["segments"] == single["segments"]
                assert {name: single[name] for name in one} == one
                shown.add(tuple(segment["segment"] for segment in one["segments"]))
        assert len(shown) > 3
        assert any("other" in names and "none" in names for names in shown)

    tell(story)


def test_the_segments_of_a_count_and_of_a_sum_add_up_at_each_moment() -> None:
    async def story(world: World, client: Client) -> None:
        await world.company.publish(*many_towns())
        for metric in ("m_orders", "m_revenue"):
            found = await get(client, f"/v1/metrics/{metric}", from_=FIRST, window="day", segments="yes")
            for one in found["readings"]:
                assert one["value"] == pytest.approx(sum(segment["value"] for segment in one["segments"]))

    tell(story)


def test_a_history_has_none_where_none_are_asked_for_and_a_moment_may_be_asked_without() -> None:
    async def story(world: World, client: Client) -> None:
        await world.company.publish(*history(NOW))
        asked: list[dict[str, Any]] = [{}, {"segments": "no"}]
        for query in asked:
            found = await get(client, "/v1/metrics/m_orders", from_=FIRST, window="day", **query)
            assert not any("segments" in one for one in found["readings"])
        assert (await get(client, "/v1/metrics/m_orders", segments="no"))["segments"] == []
        assert (await get(client, "/v1/metrics/m_orders", dimension="city"))["segments"]
        of_none = await get(client, "/v1/metrics/m_customers", from_=FIRST, window="day", segments="yes")
        assert [one["segments"] for one in of_none["readings"]] == [[]] * len(of_none["readings"])

    tell(story)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"segments": "all"}, "segments must be yes or no, not 'all'"),
        ({"dimension": "town"}, "m_orders is not split by 'town'; it is split by city"),
        ({"dimension": "city", "segments": "no"}, "leave one of them out"),
    ],
)
def test_segments_that_cannot_be_told_are_refused(query: dict[str, str], words: str) -> None:
    async def story(_: World, client: Client) -> None:
        assert words in (await get(client, "/v1/metrics/m_orders", 400, **query))["error"]
        assert words in (await get(client, "/v1/metrics/m_orders", 400, **query, from_=FIRST))["error"]

    tell(story)


def test_a_metric_that_is_not_split_says_so() -> None:
    async def story(_: World, client: Client) -> None:
        refused = await get(client, "/v1/metrics/m_customers", 400, dimension="city")
        assert refused["error"] == "m_customers is not split by 'city'; it is split by nothing"

    tell(story)


def test_segments_count_among_the_readings_of_one_history() -> None:
    """Three towns, other, none and the whole: six readings at each moment."""

    async def story(_: World, client: Client) -> None:
        most = MOST_POINTS // 6
        for pieces, status in ((most, 200), (most + 1, 400)):
            begin = NOW - (pieces - 1) * 5 * HOUR // 60
            query: dict[str, Any] = {"from_": begin, "to": NOW, "window": "2h"}
            found = await get(client, "/v1/metrics/m_orders", status, **query, segments="yes")
            assert len((await get(client, "/v1/metrics/m_orders", **query))["readings"]) == pieces
        assert found["error"] == (
            f"that is more than {MOST_POINTS} readings, 6 at each moment with its segments; ask for a shorter span or "
            "a longer step"
        )

    tell(story)
