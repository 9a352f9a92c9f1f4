"""The past that Prometheus is given, and the orders moved to today."""

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestServer
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from schemas.definition import model, steering
from schemas.definition.loading import load
from services.board.exporter import Exporter
from services.demo.past import fill, history_text
from services.demo.purchases import DEFINITION, days_to_today, moved, moved_definition, read_orders
from services.exporter.api import build_api
from services.local import install
from streams.plan import compile_plan
from tests.services.exporter.world import World
from tests.streams.folding import DAY, definition, event


def company() -> model.Definition:
    """Orders by month, over three days and of all time; a target."""
    whole = definition()
    windows = (model.Calendar(model.Unit.MONTH), model.RollingDays(3), model.Lifetime())
    orders = msgspec.structs.replace(whole.metrics["m_orders"], windows=windows)
    star = steering.NorthStar(metric="m_orders", target=20)
    return msgspec.structs.replace(whole, metrics={"m_orders": orders}, north_star=star)


@pytest.fixture(scope="module")
def past() -> tuple[str, datetime]:
    """Of an order on each of the last 60 days, and the moment it was asked for."""

    async def told() -> tuple[str, datetime]:
        world = World(compile_plan(company()), 2)
        await world.company.begin()
        await world.company.publish(
            *(event(f"{n}", "order", f"c{n}", world.clock.now_ms - n * DAY, amount=1, city="Ede") for n in range(60))
        )
        world.caught_up()
        end = datetime.fromtimestamp(world.clock.now_ms / 1000, UTC)
        async with TestServer(build_api(world.shown)) as server:
            exporter = Exporter(str(server.make_url("")))
            return await asyncio.to_thread(history_text, company(), exporter, end - timedelta(days=59), end), end

    return asyncio.run(told())


def samples(text: str) -> Iterator[tuple[str, dict[str, str], datetime, float]]:
    for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
        for sample in family.samples:
            assert sample.timestamp is not None
            yield sample.name, sample.labels, datetime.fromtimestamp(float(sample.timestamp), UTC), sample.value


def of(text: str, name: str, window: str) -> dict[datetime, float]:
    return {at: value for one, labels, at, value in samples(text) if one == name and labels["window"] == window}


def test_every_day_has_its_value_at_each_of_its_hours(past: tuple[str, datetime]) -> None:
    text, end = past
    lifetime = of(text, "nsm_metric_value", "lifetime")
    today = end.replace(hour=0, minute=0, second=0, microsecond=0)
    assert lifetime[today] == 60
    assert [lifetime[today - timedelta(days=2, hours=-hour)] for hour in range(24)] == [58.0] * 24
    assert lifetime[today - timedelta(days=50, hours=-6)] == 10
    assert today - timedelta(days=50, hours=-1) not in lifetime
    assert max(lifetime) <= end


def test_the_last_complete_period_is_that_before_the_days_own(past: tuple[str, datetime]) -> None:
    text, end = past
    assert end.date() == date(2026, 3, 30)
    months = of(text, "nsm_metric_last_complete_value", "month")
    assert {at.month: value for at, value in months.items()} == {2: 2.0, 3: 28.0}  # in January the 30th and 31st
    assert min(months) == datetime(2026, 2, 1, tzinfo=UTC)
    days = of(text, "nsm_metric_last_complete_value", "3d")
    assert days[datetime(2026, 2, 1, tzinfo=UTC)] == 2


def test_the_labels_are_those_of_a_scrape(past: tuple[str, datetime]) -> None:
    text, _ = past
    for name, labels, _, value in samples(text):
        assert labels["job"] == "nsm"
        assert labels["instance"].startswith("127.0.0.1:")
        if name == "nsm_metric_target":
            assert (labels["metric"], value) == ("m_orders", 20)


def test_promtool_makes_blocks_of_it_that_lie_whole_where_prometheus_looks(
    past: tuple[str, datetime], tmp_path: Path
) -> None:
    install.ensure(["promtool"])
    promtool, blocks = install.program("promtool"), tmp_path / "prometheus"
    blocks.mkdir()
    number = fill(past[0], blocks, promtool)
    assert number == len(list(blocks.iterdir())) > 0
    said = subprocess.run([promtool, "tsdb", "list", str(blocks)], capture_output=True, text=True, check=True).stdout
    assert len(said.splitlines()) == number + 1
    assert [path.name for path in tmp_path.iterdir()] == ["prometheus"]


def test_orders_are_moved_by_whole_days_so_that_the_last_is_today() -> None:
    orders, (source,) = read_orders(), load(DEFINITION).sources
    now = datetime(2027, 3, 5, 13, 45, tzinfo=UTC)
    span = days_to_today(orders, source, now)
    later = moved([orders[0], orders[-1]], source, span)
    times = [datetime.fromisoformat(msgspec.json.decode(line)["ts"]) for line in later]
    assert times[1] == datetime(2027, 3, 5, tzinfo=UTC)
    assert times[1] - times[0] == datetime(1998, 6, 30, tzinfo=UTC) - datetime(1997, 1, 1, tzinfo=UTC)
    first: dict[str, Any] = msgspec.json.decode(orders[0])
    assert msgspec.json.decode(later[0]) == {**first, "ts": times[0].isoformat()}


def test_the_moved_definition_counts_alike_and_its_target_is_due_later(tmp_path: Path) -> None:
    before = load(DEFINITION)
    after = load(moved_definition(timedelta(days=365), tmp_path))
    assert compile_plan(after).version == compile_plan(before).version
    assert before.north_star.by is not None
    assert after.north_star.by == before.north_star.by + timedelta(days=365)
    for one, other in zip(before.initiatives, after.initiatives, strict=True):
        assert (other.start, other.end) == (one.start + timedelta(days=365), one.end + timedelta(days=365))
    assert after.calendar.holidays[0].date == before.calendar.holidays[0].date + timedelta(days=365)
