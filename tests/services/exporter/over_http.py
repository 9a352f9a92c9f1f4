"""An exporter that is asked over HTTP."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from services.exporter.api import build_api
from streams.plan import compile_plan
from tests.services.exporter.world import Event, World
from tests.streams.folding import DAY, definition, event

Client = TestClient[Request, Application]
Story = Callable[[World, Client], Awaitable[None]]


def tell(story: Story, zone: str = "Europe/Amsterdam", *, begun: bool = True) -> None:
    """Runs the story with a client of an exporter over two partitions."""

    async def told() -> None:
        world = World(compile_plan(definition(zone)), 2)
        if begun:
            await world.company.begin()
        async with TestClient(TestServer(build_api(world.shown))) as client:
            await story(world, client)

    asyncio.run(told())


def history(now_ms: int, seed: int = 1, number: int = 60) -> list[Event]:
    """Orders of a few customers over three weeks."""
    rng = random.Random(seed)
    return [
        event(
            f"e{n}",
            rng.choice(["order", "view"]),
            rng.choice(["ann", "bob", "cé"]),
            now_ms - rng.randrange(21 * DAY),
            amount=rng.choice([12.34, 50.01, -5]),
            city=rng.choice(["Ede", "Urk"]),
            items=[{"sku": rng.choice("ab"), "qty": rng.randrange(3)}],
        )
        for n in range(number)
    ]


async def get(client: Client, path: str, status: int = 200, **query: object) -> dict[str, Any]:
    response = await client.get(path, params={name.rstrip("_"): str(value) for name, value in query.items()})
    assert response.status == status, await response.text()
    content: dict[str, Any] = await response.json()
    return content
