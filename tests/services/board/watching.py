"""A board over a real exporter, whose state is in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import msgspec
from aiohttp.test_utils import TestServer
from rich.console import Console, RenderableType

from schemas.definition import model, steering
from services.board.alerts import Alerts
from services.board.beside import Beside
from services.board.draw import board, notice
from services.board.exporter import Exporter
from services.board.watch import Watch
from services.exporter.api import build_api
from streams.plan import compile_plan
from tests.services.exporter.world import World
from tests.streams.folding import DAY, definition, event

Story = Callable[[World, Watch], Awaitable[None]]


def company(**star_says: object) -> model.Definition:
    inputs = ("m_customers", "repeats_per_customer")
    star = msgspec.structs.replace(steering.NorthStar(metric="m_orders", target=20, inputs=inputs), **star_says)
    guardrails = (steering.Guardrail(metric="m_revenue", min=10_000), steering.Guardrail(metric="m_customers", max=4))
    whole = definition("Europe/Amsterdam")
    metrics = {
        name: msgspec.structs.replace(one, windows=(model.RollingDays(7),)) for name, one in whole.metrics.items()
    }
    return msgspec.structs.replace(whole, north_star=star, guardrails=guardrails, metrics=metrics)


def tell(
    story: Story, *, begun: bool = True, of: model.Definition | None = None, alerts: Beside[Alerts] | None = None
) -> None:
    """Runs the story with a watch whose clock is the exporter's."""

    async def told() -> None:
        world = World(compile_plan(of or company()), 2)
        if begun:
            await world.company.begin()
        async with TestServer(build_api(world.shown)) as server:
            watch = Watch(Exporter(str(server.make_url(""))), lambda: moment(world.clock.now_ms), alerts)
            await story(world, watch)

    asyncio.run(told())


def moment(t: int) -> datetime:
    return datetime.fromtimestamp(t / 1000, UTC)


async def orders(world: World, number: int, *, days_ago: int) -> None:
    """An order each of this many customers on a day."""
    t = world.clock.now_ms - days_ago * DAY - 60_000
    await world.company.publish(
        *(event(f"{days_ago}-{n}", "order", f"c{n}", t, amount=10.5, city="Ede") for n in range(number))
    )
    world.caught_up()
    await world.snapshots.refresh()


async def look(watch: Watch) -> None:
    await asyncio.to_thread(watch.look)


def printed(watch: Watch, width: int = 80, height: int | None = None) -> str:
    """As a terminal without colours shows it."""
    now = watch.now()
    if watch.trouble or watch.view is None:
        return plain(notice(watch.trouble, watch.view, now, width, height), width)
    return plain(board(watch.view, now, width, height), width)


def plain(drawn: RenderableType, width: int) -> str:
    """Text alone."""
    console = Console(width=width, highlight=False, color_system=None)
    with console.capture() as capture:
        console.print(drawn)
    return capture.get()
