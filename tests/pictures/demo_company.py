"""The demo's company over its real orders, in memory, moved to any moment of its past.

The orders of a day are known to the day only: they come at its first instant, as the demo publishes them.
"""

import asyncio
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from aiohttp.test_utils import TestServer

from schemas.definition.loading import load
from services.board.exporter import Exporter
from services.board.view import View
from services.board.watch import Watch
from services.exporter.api import build_api
from streams.plan import compile_plan
from tests.services.exporter.world import Event, World

ROOT: Final = Path(__file__).parents[2]
DEFINITION: Final = ROOT / "deploy/definitions/cdnow.yaml"
ORDERS: Final = ROOT / "deploy/demo/cdnow.jsonl.gz"
PARTITIONS: Final = 4
STEP: Final = timedelta(minutes=5)
BATCH: Final = 20_000


class Sample(NamedTuple):
    """One sample of a series as the exporter showed it; ``labels`` in the order shown."""

    series: str
    labels: tuple[tuple[str, str], ...]
    value: float


class DemoCompany:
    """``samples`` holds what the exporter showed, every five minutes since ``begin``."""

    def __init__(self, begin: datetime) -> None:
        self.world = World(compile_plan(load(DEFINITION)), PARTITIONS)
        self.begin = self.now = begin
        self.samples: list[list[Sample]] = []
        self._coming: Iterator[Event] = iter(_orders())
        self._next: Event | None = next(self._coming)

    async def start(self) -> None:
        """Everything up to the beginning is folded."""
        await self.world.company.begin()
        await self._step(folding=True)

    async def run(self, until: datetime, *, folding: bool = True) -> None:
        """To this moment; without folding, as while every worker is away."""
        while self.now < until:
            self.now += STEP
            await self._step(folding=folding)

    async def view(self) -> View:
        """What the board makes of the exporter now; without alerts."""
        async with TestServer(build_api(self.world.shown)) as server:
            watch = Watch(Exporter(str(server.make_url(""))), lambda: self.now)
            await asyncio.to_thread(watch.look)
        if watch.view is None:
            raise AssertionError(watch.trouble)
        return watch.view

    async def _step(self, *, folding: bool) -> None:
        world = self.world
        world.clock.now_ms = int(self.now.timestamp() * 1000)
        come = list(self._come())
        if folding:
            await world.company.publish(*come, batch=BATCH)
        else:
            world.company.append(*come)
        world.caught_up()
        await world.snapshots.refresh()
        families = world.shown().collector.collect()
        self.samples.append(
            [Sample(one.name, tuple(one.labels.items()), one.value) for family in families for one in family.samples]
        )

    def _come(self) -> Iterator[Event]:
        """The orders made by now that have not come yet."""
        while self._next is not None and datetime.fromisoformat(str(self._next["ts"])).astimezone(UTC) <= self.now:
            yield self._next
            self._next = next(self._coming, None)


def _orders() -> Iterator[Event]:
    with gzip.open(ORDERS) as lines:
        yield from map(json.loads, lines)
