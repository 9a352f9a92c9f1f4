"""A company whose orders come by the day, and its key results."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import msgspec

from schemas.definition import steering
from schemas.definition.steering import KeyResult
from streams.plan import compile_plan
from streams.time.calendar import Calendar
from tests.services.exporter.world import NOW, World
from tests.streams.folding import DAY, definition, event

CALENDAR = Calendar("Europe/Amsterdam")
TODAY = date.fromordinal(CALENDAR.day(NOW))
LENGTH = 150
Story = Callable[[World], Awaitable[None]]


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def world(*key_results: KeyResult, **said: object) -> World:
    """Orders by the day, no event later than two days."""
    plain = definition("Europe/Amsterdam", lateness_ms=2 * DAY)
    okrs = (steering.Objective(name="More orders", key_results=key_results, owner="Lin"),)
    return World(compile_plan(msgspec.structs.replace(plain, okrs=okrs, **said)), 2)


def tell(one: World, story: Story, orders: Callable[[int], int]) -> None:
    """``orders`` are those of each day, so many days ago."""

    async def told() -> None:
        await one.company.begin()
        events = [
            event(f"e{days}-{n}", "order", f"u{3 * n}", noon(days) + n, amount=1)  # three of them reach both partitions
            for days in range(LENGTH, -1, -1)
            for n in range(orders(days))
        ]
        await one.company.publish(*events)
        one.caught_up()
        await one.snapshots.refresh()
        await story(one)

    asyncio.run(told())


def noon(days: int) -> int:
    """Of the day so many days ago; of today a while before now."""
    return CALENDAR.start(ago(days).toordinal()) + DAY // 2 if days else NOW - 1000
