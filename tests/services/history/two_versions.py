"""A company with a file and a changed one, and an exporter that shows whichever of the two is served."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
from aiohttp.test_utils import TestServer

from schemas.definition.loading import parse
from services.exporter.api import build_api
from services.exporter.served import Served
from services.exporter.snapshots import Source
from streams.plan import compile_plan
from streams.state.serving import Serving
from tests.services.exporter.world import NOW, Company, World
from tests.streams.folding import DAY, event

TEXT = """\
company: Versvork
time_zone: Europe/Amsterdam
events: {topic: product-events, keyed_by: user_id, lateness: 100d}
measures:
  orders: {count: order}
metrics:
  riders: {measure: orders, window: [{calendar: day}]}
north_star: {metric: riders}
"""
CHANGED = TEXT.replace("[{calendar: day}]", "[{calendar: day}, {calendar: month}]")
OLD, NEW = compile_plan(parse(TEXT)), compile_plan(parse(CHANGED))
ORDERS = 20


class Two:
    """Both are folded to the same end; ``url`` is the exporter's, whose own file is the changed one."""

    def __init__(self) -> None:
        self.world = World(OLD, 2)
        self.companies = [self.world.company, Company(NEW, self.world.store, 2)]
        self.served = Served(NEW, self.world.store, Source(self.world.reader, self.world.ends), self.world.clock)
        self.url = ""
        self._loop = asyncio.get_running_loop()

    async def begin(self, **parts: str) -> None:
        for company in self.companies:
            await company.begin()
            kept = msgspec.json.encode(company.plan.definition)
            await self.world.store.keep_definition(company.plan.version, kept)
            await company.publish(*(event(f"{n}", "order", f"c{n}", NOW - n * DAY) for n in range(ORDERS)))
        self.world.caught_up()
        await self.serve(**parts)

    async def serve(self, **parts: str) -> None:
        """These are served, before and next from now on, and the exporter has seen it."""
        store, company = self.world.store, OLD.definition.company
        assert await store.exchange(company, await store.serving(company), Serving(**parts, since_ms=NOW))
        for _ in range(2):
            await self.served.look()
            await self.served.refresh()

    def from_thread(self, **parts: str) -> None:
        """``serve``, for what runs beside the exporter."""
        asyncio.run_coroutine_threadsafe(self.serve(**parts), self._loop).result()


def tell(story: Callable[[Two], None], **parts: str) -> None:
    """Runs a story, which asks over HTTP, beside the exporter."""

    async def told() -> None:
        two = Two()
        await two.begin(**parts)
        async with TestServer(build_api(two.served.current)) as server:
            two.url = str(server.make_url(""))
            await asyncio.to_thread(story, two)

    asyncio.run(told())


def written(folder: Path) -> Path:
    """The changed file."""
    file = folder / "nsm.yaml"
    file.write_text(CHANGED, encoding="utf-8")
    return file
