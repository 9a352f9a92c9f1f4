"""Formulas, growths, shares and pace as the exporter shows them: the JSON, the series, and far enough back."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics import parser

from schemas import names
from schemas.definition.model import Calendar, RollingDays, RollingSpan, Unit, Window
from services.exporter.api import build_api
from services.exporter.families.words import HELP
from streams.plan import compile_plan
from tests.reference.stretches import NEVER_MS, LocalTime, Stretch
from tests.services.exporter.world import NOW, Event, World
from tests.streams.arithmetic import SPLIT, VALUES, Meaning, with_arithmetic
from tests.streams.folding import DAY, HOUR, definition, event

ZONE = "Europe/Amsterdam"
WINDOWS: tuple[Window, ...] = (
    *map(Calendar, (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER)),
    RollingDays(28),
    RollingSpan(2 * HOUR),
)
PLAN = compile_plan(with_arithmetic(definition(ZONE, lateness_ms=DAY), WINDOWS))
TIME = LocalTime(ZoneInfo(ZONE), "monday")
parse: Callable[[str], Iterable[Family]] = parser.text_string_to_metric_families
Client = TestClient[Request, Application]
Story = Callable[[World, Client, list[Event]], Awaitable[None]]


def orders(seed: int = 3, number: int = 400) -> list[Event]:
    """Of a few customers over a year, most of them lately, in the order of time."""
    rng = random.Random(seed)
    spans = [370 * DAY, 60 * DAY, 8 * HOUR]
    times = sorted(NOW - rng.randrange(rng.choice(spans)) for _ in range(number))
    return [
        event(
            f"e{n}",
            rng.choice(["order", "order", "view"]),
            rng.choice(["ann", "bob", "c"]),
            t,
            amount=rng.choice([12.34, 60, -5]),
            city=rng.choice(["Ede", "Urk"]),
        )
        for n, t in enumerate(times)
    ]


def tell(story: Story) -> None:
    """With a client of an exporter over two partitions that hold a year of orders."""

    async def told() -> None:
        world, events = World(PLAN, 2), orders()
        await world.company.begin()
        await world.company.publish(*events)
        world.caught_up()
        await world.snapshots.refresh()
        async with TestClient(TestServer(build_api(world.shown))) as client:
            await story(world, client, events)

    asyncio.run(told())


async def get(client: Client, path: str, **query: object) -> dict[str, Any]:
    response = await client.get(path, params={name.rstrip("_"): str(value) for name, value in query.items()})
    assert response.status == 200, await response.text()
    content: dict[str, Any] = await response.json()
    return content


def exactly(reading: dict[str, Any] | None) -> Fraction | None:
    """Of a reading or a pace in JSON."""
    return None if reading is None or reading["exact"] is None else Fraction(reading["exact"])


def test_every_reading_and_its_pace_is_what_the_words_say() -> None:
    async def story(world: World, client: Client, events: list[Event]) -> None:
        meant = Meaning(PLAN.definition, events, TIME)
        windows = {one.label: one for one in WINDOWS}
        paced = 0
        for one in (await get(client, "/v1/readings"))["readings"]:
            name, window, city = one["metric"], windows[one["window"]], one["segment"] or None
            stretch = TIME.stretch(window, world.clock.now_ms, NEVER_MS)
            assert exactly(one) == meant.of(name, window, stretch, city), one
            if not isinstance(window, Calendar):
                assert one["pace"] is None
                continue
            before = TIME.before(window, stretch, 1)
            assert exactly(one["pace"]) == meant.of(name, window, before, city), one
            if last := one["last_complete"]:
                complete = Stretch(before.begin_ms, stretch.begin_ms, over=True)
                assert (exactly(last), last["pace"]) == (meant.of(name, window, complete, city), None)
            if one["pace"]:
                paced += 1
                assert one["pace"].keys() == {"value", "exact", "numerator", "denominator", "start", "end"}
                ends = [round(datetime.fromisoformat(one["pace"][end]).timestamp() * 1000) for end in ("start", "end")]
                assert ends == [before.begin_ms, before.end_ms]
        assert paced > 50

    tell(story)


def test_a_past_moment_and_a_history_read_as_far_back_as_they_need() -> None:
    async def story(world: World, client: Client, events: list[Event]) -> None:
        meant = Meaning(PLAN.definition, events, TIME)
        as_of = world.snapshots.shown().trust["order_growth"].as_of.watermark_ms
        for name in VALUES:
            for window in WINDOWS:
                for at in (NOW, NOW - 3 * DAY, NOW - 100 * DAY):
                    found = await get(client, f"/v1/metrics/{name}", at=at, window=window.label)
                    stretch = TIME.stretch(window, at, as_of)
                    assert exactly(found) == meant.of(name, window, stretch), (name, window, at)
                    segments = {one["segment"]: exactly(one) for one in found["segments"]}
                    assert segments == {city: meant.of(name, window, stretch, city) for city in segments}
                    if window.label == "quarter":
                        assert set(segments) == ({"Ede", "Urk"} if name in SPLIT else set())
        history = await get(client, "/v1/metrics/value_growth", from_=NOW - 9 * DAY, to=NOW, window="month", step="2d")
        for one in history["readings"]:
            at = round(datetime.fromisoformat(one["at"]).timestamp() * 1000)
            single = await get(client, "/v1/metrics/value_growth", at=at, window="month")
            assert {key: single[key] for key in one} == one

    tell(story)


def test_the_series_of_the_pace_has_the_labels_of_the_value_and_is_absent_where_there_is_none() -> None:
    async def story(world: World, client: Client, _: list[Event]) -> None:
        accepted = {"Accept": "application/openmetrics-text; version=1.0.0"}
        text = await (await client.get("/metrics", headers=accepted)).text()
        families = {one.name: one for one in parse(text)}
        family = families[names.METRIC_PACE]
        assert family.documentation == HELP[names.METRIC_PACE]
        assert names.SERIES[names.METRIC_PACE] == names.SERIES[names.METRIC_VALUE]
        shown = {tuple(sample.labels[label] for label in names.SERIES[names.METRIC_PACE]): sample.value
                 for sample in family.samples}  # fmt: skip
        expected = {
            (one.metric, one.window, one.dimension, one.segment): float(one.pace.value)
            for one in world.snapshots.shown().running
            if one.pace is not None
        }
        assert shown == expected
        absent = {(one.metric, one.window) for one in world.snapshots.shown().running if one.pace is None}
        assert {window for _, window in absent} >= {"28d", "2h"}
        assert any(window in {"day", "week", "month"} for _, window in absent), "over nothing"

    tell(story)


def test_an_exporter_that_has_run_for_days_shows_what_a_new_one_shows() -> None:
    async def told() -> None:
        world = World(PLAN, 2)
        await world.company.begin()
        events = orders()
        for begin in range(0, 400, 50):
            await world.company.publish(*events[begin : begin + 50])
            world.clock.now_ms = int(str(events[begin + 49]["time"]))
            world.caught_up()
            await world.snapshots.refresh()
            new = world.exporter()
            await new.refresh()
            assert world.snapshots.shown().running == new.shown().running
            assert world.snapshots.shown().complete == new.shown().complete

    asyncio.run(told())
