"""The exporter shows the version that is served: one at every moment, exchanged in one step, none that goes back."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import names
from schemas.definition.loading import load
from schemas.definition.model import Definition
from services.exporter.api import build_api
from services.exporter.served import Served
from services.exporter.snapshots import Source
from services.exporter.version import Place, behind
from streams.plan import Plan, compile_plan
from streams.state.serving import NOTHING, Serving, taken_over
from tests.services.exporter.full_company import OPEN_METRICS, parse_open_metrics
from tests.services.exporter.over_http import Client, history
from tests.services.exporter.world import NOW, Company, World
from tests.streams.folding import definition

OLD = compile_plan(definition("Europe/Amsterdam"))
NEW = compile_plan(msgspec.structs.replace(definition("Europe/Amsterdam"), week_starts="sunday"))
LIBRARY = Path(__file__).parents[3] / "deploy/definitions"
COMPANY = OLD.definition.company


class Two:
    """A company folded under two definitions, and an exporter whose own file holds one of them."""

    def __init__(self, own: Plan = OLD) -> None:
        self.world = World(OLD, 2)
        self.old, self.new = self.world.company, Company(NEW, self.world.store, 2)
        self.served = Served(own, self.world.store, Source(self.world.reader, self.world.ends), self.world.clock)

    async def begin(self, **parts: str) -> None:
        for company in (self.old, self.new):
            await company.begin()
            definition_ = msgspec.json.encode(company.plan.definition)
            await self.world.store.keep_definition(company.plan.version, definition_)
        await self.serve(**parts)

    async def serve(self, **parts: str) -> None:
        known = await self.world.store.serving(COMPANY)
        assert await self.world.store.exchange(COMPANY, known, Serving(**parts, since_ms=NOW))

    async def tick(self) -> str:
        """As ``run`` does; the version that is shown then."""
        await self.served.look()
        await self.served.refresh()
        return self.served.current().plan.version


Story = Callable[[Two, Client], Awaitable[None]]


def tell(two: Two, story: Story) -> None:
    async def told() -> None:
        async with TestClient(TestServer(build_api(two.served.current))) as client:
            await story(two, client)

    asyncio.run(told())


async def readings(client: Client, status: int = 200) -> dict[str, Any]:
    response = await client.get("/v1/readings")
    assert response.status == status
    content: dict[str, Any] = await response.json()
    return content


def test_without_the_key_it_shows_its_own_file() -> None:
    async def story(two: Two, client: Client) -> None:
        await two.old.begin()
        assert await two.world.store.serving(COMPANY) == NOTHING
        assert await two.tick() == OLD.version
        found = await readings(client)
        assert (found["definition"], found["notice"]) == (OLD.version, None)

    tell(Two(), story)


def test_the_readings_say_which_version_has_which_part() -> None:
    async def story(two: Two, client: Client) -> None:
        await two.old.begin()
        await two.tick()
        assert (await readings(client))["serving"] is None
        await two.begin(served=OLD.version, next=NEW.version)
        await two.tick()
        told = {"served": OLD.version, "since": "2026-03-30T21:46:40+02:00", "before": None, "next": NEW.version}
        assert (await readings(client))["serving"] == told
        await two.serve(served=NEW.version, before=OLD.version)
        await two.tick()
        found = await readings(client)
        assert (found["definition"], found["serving"]["before"]) == (NEW.version, OLD.version)

    tell(Two(), story)


async def since(client: Client) -> dict[str, float]:
    """Definition -> when it began to be served, as Prometheus reads it."""
    response = await client.get("/metrics", headers={"Accept": OPEN_METRICS})
    found = [one for family in parse_open_metrics(await response.text()) for one in family.samples]
    return {one.labels["definition"]: one.value for one in found if one.name == names.DEFINITION_SINCE}


def test_since_when_a_version_is_served_is_told_of_that_which_is_shown() -> None:
    async def story(two: Two, client: Client) -> None:
        await two.old.begin()
        await two.tick()
        assert await since(client) == {}, "nothing is served yet"
        await two.begin(served=OLD.version, next=NEW.version)
        await two.tick()
        assert await since(client) == {OLD.version: NOW / 1000}
        two.world.clock.now_ms += 60_000
        known = await two.world.store.serving(COMPANY)
        taken = taken_over(known, NEW.version, two.world.clock.now_ms)
        assert await two.world.store.exchange(COMPANY, known, taken)
        await two.served.look()
        assert await since(client) == {}, "what is shown is served no more, the other not shown yet"
        assert await two.tick() == NEW.version
        assert await since(client) == {NEW.version: NOW / 1000 + 60}

    tell(Two(), story)


@pytest.mark.parametrize("own", [OLD, NEW])
def test_it_begins_with_what_is_served_whatever_its_file_says(own: Plan) -> None:
    async def story(two: Two, client: Client) -> None:
        await two.begin(served=NEW.version, before=OLD.version)
        assert await two.tick() == NEW.version
        found = await readings(client)
        assert found["definition"] == NEW.version
        assert (found["notice"] or "").endswith("" if own is NEW else f"own file is {OLD.version}")
        assert (found["notice"] is None) == (own is NEW)

    tell(Two(own), story)


def test_that_its_file_differs_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    async def story(two: Two, _: Client) -> None:
        await two.begin(served=NEW.version)
        for _tick in range(5):
            await two.tick()

    with caplog.at_level(logging.INFO, "services.exporter.served"):
        tell(Two(), story)
    said = [one.getMessage() for one in caplog.records if one.name == "services.exporter.served"]
    assert said == [f"version {NEW.version} is served and shown; this exporter's own file is {OLD.version}"]


def test_before_it_knows_what_is_served_it_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_: str) -> Serving:
        raise ConnectionError

    async def story(two: Two, client: Client) -> None:
        await two.begin(served=NEW.version)
        with monkeypatch.context() as patch:
            patch.setattr(two.world.store, "serving", away)
            await two.tick()
            await readings(client, 503)
        assert await two.tick() == NEW.version
        assert (await readings(client))["definition"] == NEW.version

    tell(Two(), story)


def test_another_version_is_shown_only_when_it_stands_nowhere_behind_what_was_shown() -> None:
    async def story(two: Two, client: Client) -> None:
        await two.begin(served=OLD.version, next=NEW.version)
        events = history(NOW)
        await two.old.publish(*events)
        two.new.append(*events)
        assert await two.tick() == OLD.version
        await two.serve(served=NEW.version, before=OLD.version)
        for number in (0, 1):
            assert await two.tick() == OLD.version, number
            assert (await readings(client))["definition"] == OLD.version
            await two.new.fold(number, upto=len(two.new.logs[number]) - 1)
            assert await two.tick() == OLD.version, number
            await two.new.fold(number)
        assert await two.tick() == NEW.version
        await two.serve(served=OLD.version, before=NEW.version)
        assert await two.tick() == OLD.version

    tell(Two(), story)


def test_an_answer_is_of_one_version_while_they_are_exchanged() -> None:
    async def story(two: Two, client: Client) -> None:
        await two.begin(served=OLD.version)
        events = history(NOW)
        for company in (two.old, two.new):
            await company.publish(*events)
        order = [OLD.version, NEW.version]
        shown: list[str] = []
        for _ in range(6):
            await two.serve(served=order[0], before=order[1])
            order.reverse()
            tick = asyncio.create_task(two.tick())
            while not tick.done():
                response = await client.get("/v1/readings")
                assert response.status == 200 or not shown, "once shown, something is shown ever after"
                found = await response.json()
                if "readings" in found:
                    assert {one["definition"] for one in found["readings"]} == {found["definition"]}
                    shown.append(found["definition"])
                text = await (await client.get("/metrics")).text()
                assert text.count("nsm_build_info{") == 1
            shown.append(await tick)
        assert set(shown) == {OLD.version, NEW.version}

    tell(Two(), story)


@pytest.mark.parametrize("kept", [None, b"{}", b"\xff", msgspec.json.encode(OLD.definition)])
def test_a_definition_that_it_cannot_read_leaves_what_is_shown(kept: bytes | None) -> None:
    async def story(two: Two, client: Client) -> None:
        await two.begin(served=NEW.version)
        await two.world.store.forget(NEW.version, marks=False)
        if kept is not None:
            await two.world.store.keep_definition(NEW.version, kept)
        assert await two.tick() == OLD.version
        assert (await readings(client))["definition"] == OLD.version
        await two.world.store.keep_definition(NEW.version, msgspec.json.encode(NEW.definition))
        assert await two.tick() == NEW.version

    tell(Two(), story)


@pytest.mark.parametrize("known", [OLD.definition, NEW.definition, *map(load, sorted(LIBRARY.glob("*.yaml")))])
def test_a_kept_definition_is_what_its_workers_compiled(known: Definition) -> None:
    kept = msgspec.json.decode(msgspec.json.encode(known), type=Definition)
    assert kept == known
    assert compile_plan(kept).version == compile_plan(known).version


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_position_of_what_is_shown_ever_goes_back(seed: int) -> None:
    async def story(two: Two, _: Client) -> None:
        rng = random.Random(seed)
        await two.begin(served=OLD.version)
        events = history(NOW, seed, 30)
        for company in (two.old, two.new):
            company.append(*events)
        at = {(company, number): 0 for company in (two.old, two.new) for number in (0, 1)}
        shown: dict[Place, int] = {}
        for _step in range(12):
            (company, number), folded = rng.choice(list(at.items()))
            at[company, number] = min(len(company.logs[number]), folded + rng.randrange(20))
            await company.fold(number, upto=at[company, number])
            one, other = rng.sample([OLD.version, NEW.version], 2)
            await two.serve(served=one, before=other)
            await two.tick()
            now = two.served.current().reached()
            assert all(now.get(place, 0) >= offset for place, offset in shown.items())
            shown = now

    tell(Two(), story)


def test_what_only_one_of_two_versions_reads_cannot_be_behind() -> None:
    shown = {Place("orders", 0): 5, Place("gone", 0): 9, Place("-orders-by-account", 1, 0): 4}
    assert behind(shown, {Place("orders", 0): 5}, {"orders"}) == ""
    assert "orders[0] stands at 4" in behind(shown, {Place("orders", 0): 4}, {"orders"})
    assert "by-account[1] stands at 0" in behind(shown, {Place("orders", 0): 5}, {"orders", "-orders-by-account"})


def aiming(plan: Plan, target: float) -> Plan:
    """Counts as before, and steers otherwise."""
    star = msgspec.structs.replace(plan.definition.north_star, target=target)
    return compile_plan(msgspec.structs.replace(plan.definition, north_star=star))


async def target(client: Client) -> float | None:
    """What readings and series both say it is."""
    found: float | None = (await readings(client))["north_star"]["target"]
    text = await (await client.get("/metrics")).text()
    (*_, shown) = [line for line in text.splitlines() if line.startswith("nsm_metric_target")] or ["none"]
    assert (shown == "none") == (found is None)
    assert found is None or float(shown.rpartition(" ")[2]) == found
    return found


def test_another_target_of_the_served_version_is_shown_when_its_workers_keep_it() -> None:
    async def story(two: Two, client: Client) -> None:
        await two.begin(served=NEW.version, before=OLD.version)
        await two.new.publish(*history(NOW))
        assert await two.tick() == NEW.version
        assert await target(client) is None
        for wanted in (2.5, 3.0):
            changed = aiming(NEW, wanted)
            assert changed.version == NEW.version
            await two.world.store.keep_definition(NEW.version, msgspec.json.encode(changed.definition))
            assert await two.tick() == NEW.version
            assert await target(client) == wanted
            assert two.world.ends.followed
        version = two.served.current()
        await two.tick()
        assert two.served.current() is version

    tell(Two(), story)


def test_another_target_in_its_own_file_is_shown_while_its_version_is_served() -> None:
    async def story(two: Two, client: Client) -> None:
        await two.begin(served=OLD.version)
        await two.tick()
        assert await target(client) is None
        two.served.take_own(aiming(OLD, 2.5))
        await two.tick()
        assert await target(client) == 2.5
        await two.serve(served=NEW.version, before=OLD.version)
        await two.tick()
        assert await target(client) is None
        two.served.take_own(aiming(NEW, 4))
        await two.tick()
        assert await target(client) == 4
        assert (await readings(client))["notice"] is None

    tell(Two(), story)


def test_a_file_that_counts_otherwise_is_told_of_and_not_shown_until_it_is_served() -> None:
    async def story(two: Two, client: Client) -> None:
        await two.begin(served=OLD.version)
        await two.tick()
        two.served.take_own(NEW)
        assert await two.tick() == OLD.version
        assert (await readings(client))["notice"].endswith(f"own file is {NEW.version}")
        await two.serve(served=NEW.version, before=OLD.version)
        assert await two.tick() == NEW.version
        assert (await readings(client))["notice"] is None

    tell(Two(), story)


def test_what_was_shown_stays_until_the_changed_definition_has_readings(caplog: pytest.LogCaptureFixture) -> None:
    async def story(two: Two, client: Client) -> None:
        await two.begin(served=OLD.version)
        await two.old.publish(*history(NOW))
        await two.tick()
        two.served.take_own(aiming(OLD, 2.5))
        two.world.reader.away = True
        await two.tick()
        assert await target(client) is None
        two.world.reader.away = False
        await two.tick()
        assert await target(client) == 2.5

    with caplog.at_level(logging.INFO, "services.exporter.served"):
        tell(Two(), story)
    assert any("has another definition, which is shown once it may be" in said for said in caplog.messages)
