"""The exporter over HTTP."""

import random
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from yarl import URL

from schemas.definition import model
from services.exporter.answers import exact, number
from tests.services.exporter.over_http import Client, get, history, tell
from tests.services.exporter.world import NOW, World
from tests.streams import meaning
from tests.streams.folding import DAY, HOUR, event

# in the days before NOW: clocks forward in Amsterdam, back in Auckland (13 h, then 12 h, from UTC) five days after
ZONES = ["Europe/Amsterdam", "Pacific/Auckland", "Asia/Kathmandu"]


@pytest.mark.parametrize("zone", ZONES)
def test_a_past_moment_is_read_as_it_was(zone: str) -> None:
    async def story(world: World, client: Client) -> None:
        if zone == "Pacific/Auckland":
            world.clock.now_ms += 8 * DAY
        now_ms, events = world.clock.now_ms, history(world.clock.now_ms)
        await world.company.publish(*events)
        rng = random.Random(zone)
        for at_ms in [now_ms - rng.randrange(22 * DAY) for _ in range(6)] + [now_ms]:
            for name, measure in world.plan.definition.measures.items():
                for window in world.plan.definition.metrics[f"m_{name}"].windows:
                    found = await get(client, f"/v1/metrics/m_{name}", at=at_ms, window=window.label)
                    expected = meaning.number(measure, events, meaning.in_window(window, zone, at_ms))
                    assert Fraction(found["exact"]) == expected, (name, window, at_ms)

    tell(story, zone)


def test_at_a_past_moment_the_segments_are_the_same_in_every_window() -> None:
    async def story(world: World, client: Client) -> None:
        now_ms = world.clock.now_ms
        towns = [*["Ede"] * 9, *["Urk"] * 8, *["Goes"] * 7, *["Elst"] * 6, "Ens", "Een"]
        for n, town in enumerate(towns * 2):
            at_ms = now_ms - (len(towns) - n % len(towns)) * 12 * HOUR
            await world.company.publish(event(f"e{n}", "order", f"u{n}", at_ms, amount=1, city=town))
        at_ms, windows = now_ms - HOUR, world.plan.definition.metrics["m_orders"].windows
        shown = [
            [
                one["segment"]
                for one in (await get(client, "/v1/metrics/m_orders", at=at_ms, window=one.label))["segments"]
            ]
            for one in windows
        ]
        assert shown == [["Ede", "Urk", "Goes", "other"]] * len(windows)

    tell(story)


def test_a_history_is_what_each_of_its_moments_says() -> None:
    async def story(world: World, client: Client) -> None:
        await world.company.publish(*history(NOW))
        for metric, window, step in [("m_orders", "day", "1d"), ("m_actives", "3d", "2d"), ("m_revenue", "2h", "4h")]:
            found = await get(client, f"/v1/metrics/{metric}", from_=NOW - 9 * DAY, to=NOW, window=window, step=step)
            for one in found["readings"]:
                at_ms = round(datetime.fromisoformat(one["at"]).timestamp() * 1000)
                single = await get(client, f"/v1/metrics/{metric}", at=at_ms, window=window)
                assert {name: single[name] for name in one} == one

    tell(story)


def test_a_days_history_ends_each_day_at_local_midnight_and_the_last_now() -> None:
    async def story(world: World, client: Client) -> None:
        found = await get(client, "/v1/metrics/m_orders", from_="2026-03-28", window="day")
        ends = [datetime.fromisoformat(one["at"]) for one in found["readings"]]
        assert [f"{end:%d %H:%M %z}" for end in ends] == ["28 23:59 +0100", "29 23:59 +0200", "30 21:46 +0200"]

    tell(story)


def test_every_reading_says_what_it_takes_to_judge_it() -> None:
    async def story(world: World, client: Client) -> None:
        await world.company.publish(*history(NOW))
        world.caught_up()
        await world.snapshots.refresh()
        found = await get(client, "/v1/readings")
        assert found["company"] == "Test"
        assert found["north_star"]["metric"] == "repeats_per_customer"
        whole = {(one["metric"], one["window"]): one for one in found["readings"] if one["dimension"] == ""}
        definition_ = world.plan.definition
        assert whole.keys() == {(name, w.label) for name, one in definition_.metrics.items() for w in one.windows}
        week = whole["repeats_per_customer", "week"]
        assert (week["start"], week["end"]) == ("2026-03-30T00:00:00+02:00", "2026-04-06T00:00:00+02:00")
        last = week["last_complete"]
        assert (last["start"], last["end"]) == ("2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00")
        assert last["complete"]
        assert not week["complete"]
        assert Fraction(last["exact"]) == Fraction(last["numerator"], last["denominator"])
        assert last["value"] == float(Fraction(last["exact"]))
        assert last["completeness"] == 1
        assert last["definition"] == world.plan.version
        assert last["as_of"] == "2026-03-30T21:46:38+02:00"
        segments = {(one["dimension"], one["segment"]) for one in found["readings"] if one["metric"] == "m_orders"}
        assert segments == {("", ""), ("city", "Ede"), ("city", "Urk")}

    tell(story)


def test_a_moment_without_an_offset_is_in_the_companys_zone() -> None:
    async def story(world: World, client: Client) -> None:
        found = [
            (await get(client, "/v1/metrics/m_orders", at=at))["at"]
            for at in ("2026-03-01T12:00", "2026-03-01 12:00", "2026-03-01T11:00Z", "1772362800000")
        ]
        assert found == ["2026-03-01T12:00:00+01:00"] * 4

    tell(story)


@pytest.mark.parametrize(
    "at",
    [
        "2026-03-01T12:00+01:00",
        "2026-03-01T12:00:00+0100",
        "2026-03-01%2012:00:00.000+01:00",
        "2026-03-01T12:00%2B01:00",
        "2026-03-01T13:00%2002:00",
        "2026-03-01T06:00-05:00",
    ],
)
def test_an_offset_is_read_whether_or_not_its_plus_was_escaped(at: str) -> None:
    async def story(_: World, client: Client) -> None:
        answer = await client.get(URL(f"/v1/metrics/m_orders?at={at}", encoded=True))
        assert (await answer.json())["at"] == "2026-03-01T12:00:00+01:00"

    tell(story)


def test_a_parameter_that_comes_twice_is_refused() -> None:
    async def story(_: World, client: Client) -> None:
        answer = await client.get(URL("/v1/metrics/m_orders?at=5&window=day&at=6", encoded=True))
        assert answer.status == 400
        assert (await answer.json())["error"] == "at is given more than once"

    tell(story)


def test_the_metrics_are_listed_with_windows_and_units() -> None:
    async def story(world: World, client: Client) -> None:
        listed = (await get(client, "/v1/metrics"))["metrics"]
        assert [one["name"] for one in listed] == list(world.plan.definition.metrics)
        for one in listed:
            for window in one["windows"]:
                reading = await get(client, f"/v1/metrics/{one['name']}", window=window)
                assert (reading["window"], reading["unit"]) == (window, one["unit"])
            assert (await get(client, f"/v1/metrics/{one['name']}"))["window"] == one["windows"][0]

    tell(story)


@pytest.mark.parametrize("path", ["/v1", "/v1/reading", "/v1/metrics/", "/v1/metrics/m_orders/day", "/favicon.ico"])
def test_a_page_that_is_not_there_is_answered_with_those_that_are(path: str) -> None:
    async def story(_: World, client: Client) -> None:
        found = await get(client, path, 404)
        assert found["error"] == f"there is no page {path}"
        assert {"/v1/readings", "/v1/metrics", "/v1/metrics/{name}", "/health/ready"} <= set(found["pages"])

    tell(story)


@pytest.mark.parametrize("path", ["/", "/metrics", "/v1/readings", "/v1/metrics/m_orders", "/health/live"])
def test_a_page_that_is_written_to_says_that_it_is_only_read(path: str) -> None:
    async def story(_: World, client: Client) -> None:
        for method in ("POST", "DELETE", "OPTIONS"):
            response = await client.request(method, path, data=b"{}" if method == "POST" else None)
            assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")
            said = f"{path} is there to be read: GET or HEAD, not {method}"
            assert await response.json() == {"error": said}

    tell(story)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"at": "yesterday"}, "at must be epoch milliseconds or ISO 8601, not 'yesterday'"),
        ({"at": str(NOW + 1)}, "at must lie between 1970 and now"),
        ({"at": "-1"}, "at must lie between 1970 and now"),
        ({"at": "9" * 400}, "at must lie between 1970 and now"),
        ({"at": "0001-01-01"}, "at must"),
        ({"window": "fortnight"}, "m_orders is not read over the window 'fortnight'; it is over day, week, month"),
        ({"when": "now"}, "unknown parameter 'when'"),
        ({"to": "5"}, "a history needs from"),
        ({"from": "5", "at": "5"}, "a history needs from"),
        ({"from": "7", "to": "5"}, "from lies after to"),
        ({"from": "5", "step": "0d"}, "step must be a whole number"),
        ({"from": "5", "step": "1" * 5_000 + "d"}, "step must be a whole number"),
        ({"from": "5", "step": "1h"}, "step must be a multiple of 1d:"),
        ({"from": "5", "step": "7m", "window": "2h"}, "step must be a multiple of 5m:"),
        ({"at": "2026-03-01 25:00"}, "at must be epoch milliseconds or ISO 8601, not '2026-03-01 25:00'"),
        ({"from": "5", "window": "2h"}, "that is more than 5000 readings"),
    ],
)
def test_a_bad_question_is_told_what_is_bad(query: dict[str, str], words: str) -> None:
    async def story(_: World, client: Client) -> None:
        assert words in (await get(client, "/v1/metrics/m_orders", 400, **query))["error"]

    tell(story)


def test_an_unknown_metric_is_told_the_nearest() -> None:
    async def story(_: World, client: Client) -> None:
        told = await get(client, "/v1/metrics/m_order", 404)
        assert "m_orders" in told["nearest"]
        assert told["error"] == "Test has no metric 'm_order'"

    tell(story)


def test_before_state_is_there_every_page_says_so_and_why() -> None:
    async def story(world: World, client: Client) -> None:
        await world.snapshots.refresh()
        for path in ("/v1/readings", "/v1/metrics/m_orders"):
            assert "no worker has begun" in (await get(client, path, 503))["error"]
        assert "no worker has begun" in (await get(client, "/health/ready", 503))["reason"]
        assert (await get(client, "/health/live"))["status"] == "live"
        await world.company.begin()
        await world.snapshots.refresh()
        assert (await get(client, "/health/ready"))["status"] == "ready"
        world.reader.away = True
        assert "does not answer" in (await get(client, "/v1/metrics/m_orders", 503))["error"]
        world.clock.now_ms += 5_001
        assert "over 5 s ago" in (await get(client, "/health/ready", 503))["reason"]

    tell(story, begun=False)


def test_a_moment_of_the_past_is_not_read_from_a_state_that_was_set_back() -> None:
    async def story(world: World, client: Client) -> None:
        before = world.store.copied()
        await world.company.publish(*history(NOW))
        await get(client, "/v1/metrics/m_orders")
        world.store.fall_back(before)
        assert "was shown already" in (await get(client, "/v1/metrics/m_orders", 503))["error"]

    tell(story)


def test_pages_link_to_each_other_and_metrics_come_in_the_format_asked_for() -> None:
    async def story(_: World, client: Client) -> None:
        index = await (await client.get("/")).text()
        for link in ("/metrics", "/v1/readings", "/v1/metrics/m_orders", "/health/ready"):
            assert f'href="{link}"' in index
        plain = await client.get("/metrics")
        assert plain.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        openly = await client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert (await openly.text()).endswith("# EOF\n")

    tell(story)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(-7), "-7"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-250031563, 100), "-2500315.63"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-46089, 23570), "-46089/23570"),
        (Fraction(1, 1000), "0.001"),
    ],
)
def test_an_exact_value_is_a_decimal_where_it_ends(value: Fraction, text: str) -> None:
    assert exact(value) == text
    assert Fraction(text) == value


def test_a_number_that_no_float_could_show_is_null_and_no_fault() -> None:
    huge = Fraction(10**299) / Fraction(1, 10**299)
    assert [number(one) for one in (huge, -huge, huge / 3, 1 / huge, Fraction(5), Fraction(1, 4))] == [
        None,
        None,
        None,
        0.0,
        5,
        0.25,
    ]


def test_local_days_of_23_and_25_hours_are_what_they_are() -> None:
    async def story(world: World, client: Client) -> None:
        zone = ZoneInfo("Europe/Amsterdam")
        for day in (datetime(2025, 10, 26, tzinfo=zone), datetime(2026, 3, 29, tzinfo=zone)):
            found = await get(client, "/v1/metrics/m_orders", at=day.isoformat(), window=model.Unit.DAY)
            assert found["start"] == day.isoformat()
            assert found["end"] == (day + timedelta(days=1)).isoformat()
            length = datetime.fromisoformat(found["end"]) - datetime.fromisoformat(found["start"])
            assert length == timedelta(hours=25 if day.month == 10 else 23)

    tell(story)


def test_hours_of_a_rolling_span_are_even() -> None:
    async def story(_: World, client: Client) -> None:
        found = await get(client, "/v1/metrics/m_orders", at=NOW, window="2h")
        start, end = (datetime.fromisoformat(found[name]).timestamp() * 1000 for name in ("start", "end"))
        assert end - start == 2 * HOUR
        assert start < NOW - HOUR < NOW < end

    tell(story)


@pytest.mark.parametrize("path", ["/v1/readings", "/v1/steering"])
def test_pages_of_now_do_not_pass_for_the_past(path: str) -> None:
    async def story(_: World, client: Client) -> None:
        told = (await get(client, path, 400, at="2026-01-01"))["error"]
        assert told == f"{path} has no parameter 'at': it tells of now; /v1/metrics/NAME may be asked at="

    tell(story)
