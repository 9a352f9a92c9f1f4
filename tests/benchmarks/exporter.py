"""What a large company costs the exporter: ``python -m tests.benchmarks.exporter``.

50 metrics of 20 segments in 3 windows, and events that never stop, so that every second has something new to read.
Told is what one second costs, how long the event loop answered nobody meanwhile, and how long a scrape took that came
at any moment of it.
"""

import argparse
import asyncio
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from schemas.definition.loading import parse
from services.exporter.api import build_api
from streams.plan import compile_plan
from tests.services.exporter.full_company import parse_open_metrics
from tests.services.exporter.world import NOW, Event, World

OPEN_METRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}
SEGMENTS, DAYS, DAY_MS = 20, 120, 86_400_000


def definition(metrics: int) -> str:
    """Half of them counts and half ratios, each by city in three windows."""
    lines = ["company: Large", "time_zone: Europe/Amsterdam", "events: {topic: large, keyed_by: user_id, lateness: 7d}"]
    lines += [f"dimensions: {{city: {{property: city, limit: {SEGMENTS}}}}}", "measures:"]
    for n in range(metrics // 2):
        lines.append(f"  count{n}: {{count: kind{n}, by_dimension: city}}")
        lines.append(f"  sum{n}: {{sum: kind{n}.amount, decimals: 2, by_dimension: city}}")
    lines.append("metrics:")
    windows = "window: [{rolling: 28d}, {calendar: day}, {calendar: month}]"
    for n in range(metrics // 2):
        lines.append(f"  kinds{n}: {{measure: count{n}, {windows}}}")
        lines.append(f"  mean{n}: {{ratio: [sum{n}, count{n}], {windows}}}")
    return "\n".join([*lines, "north_star: {metric: kinds0}"])


def events(metrics: int, begin: int, end: int, number: int) -> Iterator[Event]:
    """So many of each kind, in order of time."""
    chance = random.Random(begin)
    for n in range(number):
        for kind in range(metrics // 2):
            yield {
                "event_id": f"{begin}-{kind}-{n}",
                "event": f"kind{kind}",
                "user_id": f"u{chance.randrange(5000)}",
                "time": begin + n * (end - begin) // number,
                "city": f"city {chance.randrange(SEGMENTS)}",
                "amount": chance.randrange(10_000) / 100,
            }


class Loop:
    """How long the event loop answered nobody, at the longest."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            self.longest_s = max(self.longest_s, time.perf_counter() - before)
            await asyncio.sleep(0.001)


async def measured(metrics: int, rounds: int) -> dict[str, Any]:
    """Times in milliseconds: the median of all rounds, and the worst."""
    world = World(compile_plan(parse(definition(metrics))), 4)
    await world.company.begin()
    await world.company.publish(*events(metrics, NOW - DAYS * DAY_MS, NOW - DAY_MS, DAYS * 40))
    refreshes, blocks, scrapes, body = [], [], [], ""
    async with TestClient(TestServer(build_api(world.shown))) as client:
        for number in range(rounds):
            at = NOW + number * 1000
            world.clock.now_ms = at
            await world.company.publish(*events(metrics, at - 1000, at, 2))
            world.caught_up()
            loop = Loop()
            watch, cpu = asyncio.create_task(loop.watch()), time.process_time()
            refresh = asyncio.create_task(world.snapshots.refresh())
            await asyncio.sleep(0.002 * (number % 10))
            began = time.perf_counter()
            body = await (await client.get("/metrics", headers=OPEN_METRICS)).text()
            scrapes.append(time.perf_counter() - began)
            await refresh
            began = time.perf_counter()
            body = await (await client.get("/metrics", headers=OPEN_METRICS)).text()
            scrapes.append(time.perf_counter() - began)
            refreshes.append(time.process_time() - cpu)
            watch.cancel()
            blocks.append(loop.longest_s)
    samples = sum(len(family.samples) for family in parse_open_metrics(body))
    return {
        "samples": samples,
        "bytes": len(body),
        "a second of it, CPU ms": _told(refreshes[1:]),
        "loop answers nobody, ms": _told(blocks[1:]),
        "scrape, ms": _told(scrapes[2:]),
        "memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _told(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {"median": round(ordered[len(ordered) // 2] * 1000, 1), "worst": round(ordered[-1] * 1000, 1)}


def main() -> None:
    """Prints what was measured, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--metrics", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=30)
    args = parser.parse_args()
    sys.stdout.write(json.dumps(asyncio.run(measured(args.metrics, args.rounds)), indent=2) + "\n")


if __name__ == "__main__":
    main()
