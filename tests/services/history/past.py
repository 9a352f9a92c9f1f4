"""The past of a small company, told by its exporter."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from aiohttp.test_utils import TestServer
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from schemas.definition import model
from schemas.definition.steering import Guardrail, NorthStar
from services.board.exporter import Exporter
from services.exporter.api import build_api
from services.history.asking import chosen, reach_of
from services.history.open_metrics import lines
from services.history.series import families
from services.history.sources import FromEvents, FromExporter
from services.replay.folding import fold_files
from streams.plan import Plan, compile_plan
from tests.services.exporter.world import NOW, Event, World
from tests.streams.folding import DAY, definition, event

SCRAPED = {"instance": "127.0.0.1:9464", "job": "nsm"}
WINDOWS = (
    model.Calendar(model.Unit.MONTH),
    model.RollingDays(3),
    model.RollingSpan(2 * 3_600_000),
    model.Lifetime(),
)
DAYS = 60


def company() -> model.Definition:
    """Orders by month, over three days, over two hours and of all time; a target with a path, a limit."""
    whole = definition()
    orders = msgspec.structs.replace(whole.metrics["m_orders"], windows=WINDOWS)
    star = NorthStar(metric="m_orders", target=20, base=10, since=date(2026, 3, 1), by=date(2026, 3, 21))
    return msgspec.structs.replace(
        whole,
        metrics={"m_orders": orders},
        north_star=star,
        guardrails=(Guardrail(metric="m_orders", max=100),),
    )


def orders() -> list[Event]:
    """One on each of the last 60 days."""
    return [event(f"{n}", "order", f"c{n}", NOW - n * DAY, amount=1, city="Ede") for n in range(DAYS)]


def plan() -> Plan:
    return compile_plan(company())


def told_by_exporter(begin_ms: int | None = None, step_ms: int | None = None) -> str:
    """As ``nsm history`` asks for it."""

    async def told() -> str:
        world = World(plan(), 2)
        await world.company.begin()
        await world.company.publish(*orders())
        world.caught_up()
        async with TestServer(build_api(world.shown)) as server:
            past = FromExporter(world.plan, Exporter(str(server.make_url("")), 60))
            return await asyncio.to_thread(text_of, world.plan, past, begin_ms, step_ms)

    return asyncio.run(told())


def told_by_events(folder: Path, begin_ms: int | None = None, step_ms: int | None = None) -> str:
    """The same events from a file."""
    known, file = plan(), folder / "events.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in orders()), encoding="utf-8")
    folded = fold_files(known, [(next(iter(known.sources)), str(file))])
    first_ms = known.calendar.start(known.calendar.day(folded.first_ms))
    return text_of(known, FromEvents(known, folded.cells, (first_ms, folded.last_ms)), begin_ms, step_ms)


def text_of(known: Plan, past: FromExporter | FromEvents, begin_ms: int | None, step_ms: int | None) -> str:
    asked = chosen(known, [], [])
    found = families(known, past, asked, lambda window: reach_of(window, (begin_ms, NOW), step_ms))
    return "".join(lines(found, SCRAPED))


def samples(text: str) -> Iterator[tuple[str, dict[str, str], datetime, float]]:
    for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
        for sample in family.samples:
            assert sample.timestamp is not None
            yield sample.name, sample.labels, datetime.fromtimestamp(float(sample.timestamp), UTC), sample.value


def of(text: str, name: str, window: str) -> dict[datetime, float]:
    return {at: value for one, labels, at, value in samples(text) if one == name and labels.get("window") == window}
