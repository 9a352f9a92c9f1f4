"""What is new and re-keyed is folded by itself through stages that were copied at different points of their sources."""

import asyncio
import random
from collections.abc import Iterator
from fractions import Fraction

import pytest
from redis import Redis

from schemas.definition.loading import parse
from services.definition.carry import Report
from services.definition.kept import going_on
from streams.plan import Plan, compile_plan
from streams.readings import Readings
from streams.state.memory import MemoryStore
from streams.state.port import Partition
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.redis.copier import Held, RedisCopier
from tests.servers import RedisServer
from tests.services.definition.carrying import carried, served
from tests.services.definition.held_logs import HeldLogs
from tests.services.definition.held_topics import HeldTopics
from tests.services.exporter.staged_road import StagedRoad
from tests.services.exporter.world import Event
from tests.streams.folding import DAY, event

MIDNIGHT = 1_740_009_600_000  # 2025-02-20 in UTC
DAYS = 30
END = MIDNIGHT + DAYS * DAY
OLD = """\
company: Test
time_zone: UTC
events: {topic: shop, keyed_by: user_id, lateness: 2d}
dimensions: {side: {property: city, values: [Ede, Epe]}}
measures:
  accounts: {distinct: account_id, of: order}
  orders:   {count: order}
metrics:
  accounts: {measure: accounts, window: {calendar: day}}
  orders:   {measure: orders, window: {calendar: day}}
north_star: {metric: accounts}
"""
STAGED = """\
  large:  {distinct: account_id, of: order, where: amount > 50, by_dimension: [side]}
  firsts: {first: order, by: account_id}
  again:  {repeat: order, by: account_id, within: 2d}
"""
OF_THE_SOURCE = """\
  users:  {distinct: user_id, of: order}
  big:    {count: order, where: amount > 30}
"""
SHOWN = """\
  large:  {measure: large, window: {calendar: week}}
  firsts: {measure: firsts, window: [{calendar: day}, lifetime]}
  again:  {measure: again, window: {calendar: day}}
  users:  {measure: users, window: {calendar: week}}
  big:    {measure: big, window: {calendar: day}}
"""
NEW = OLD.replace("metrics:\n", f"{STAGED}{OF_THE_SOURCE}metrics:\n").replace("north_star:", f"{SHOWN}north_star:")
WITHOUT_STAGES = (
    OLD.replace("  accounts: {distinct: account_id, of: order}\n", "")
    .replace("  accounts: {measure: accounts, window: {calendar: day}}\n", "")
    .replace("{metric: accounts}", "{metric: orders}")
)


def logs_of(rng: random.Random, number: int) -> list[list[Event]]:
    """Two partitions, up to a day late."""
    logs: list[list[Event]] = [[], []]
    for n in range(number):
        at, user = MIDNIGHT + n * DAYS * DAY // number - rng.randrange(DAY), rng.randrange(20)
        city = rng.choice(["Ede", "Epe", "Ens"])
        logs[user % 2].append(
            event(f"e{n}", "order", f"u{user}", at, account_id=f"a{rng.randrange(30)}", amount=n % 100, city=city)
        )
    return logs


def shown(readings: Readings) -> Iterator[tuple[str, int, Fraction | None]]:
    for metric in parse(NEW).metrics.values():
        for window in metric.windows:
            for n in range(DAYS):
                yield metric.name, n, readings.running(metric.name, window, MIDNIGHT + n * DAY).value
    window = parse(NEW).metrics["large"].windows[0]
    for one in readings.segments("large", window, END):
        yield str(one.segment), DAYS, one.value


class Before:
    """The version before, served, with another part of the logs whenever it goes on."""

    def __init__(self, plan: Plan, url: str, logs: list[list[Event]], rng: random.Random) -> None:
        self._plan, self._url, self._logs, self._rng = plan, url, logs, rng
        self._road = StagedRoad(plan, RedisStore(url), 2)
        self._reached = [60 + rng.randrange(40) for _ in logs]
        self._copied = set[int]()

    async def begin(self) -> None:
        """In several batches."""
        await self._road.begin()
        for part in (1, 2, 3):
            ends = [end * part // 3 for end in self._reached]
            await self._road.fold([log[:end] for log, end in zip(self._logs, ends, strict=True)])
        await served(self._url, self._plan)

    async def go_on(self, partition: Partition) -> None:
        """Once for each partition of its stages: when that is about to be copied."""
        if partition.topic in self._plan.stages and partition.number not in self._copied:
            self._copied.add(partition.number)
            self._reached = [end + self._rng.randrange(8) for end in self._reached]
            await self._road.fold_sources([log[:end] for log, end in zip(self._logs, self._reached, strict=True)])
            await self._road.fold_stage_partitions(partition.number)


async def folded_anew(plan: Plan, logs: list[list[Event]]) -> Readings:
    """By a version that went on with none."""
    store = MemoryStore()
    road = StagedRoad(plan, store, 2)
    await road.begin()
    await road.fold(logs)
    return await road.readings(store, END)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("text", [OLD, WITHOUT_STAGES], ids=["a stage goes on", "the stage is new"])
def test_it_is_what_folding_everything_would_be(
    seed: int, text: str, redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, url, new = random.Random(seed), redis_server.url, compile_plan(parse(NEW))
    logs = logs_of(rng, 400)

    async def story() -> tuple[Report, Readings, Readings]:
        before = Before(compile_plan(parse(text)), url, logs, rng)
        await before.begin()
        held = RedisCopier.held

        async def further(copier: RedisCopier, partition: Partition) -> Held | None:
            await before.go_on(partition)
            return await held(copier, partition)

        monkeypatch.setattr(RedisCopier, "held", further)
        report = await carried(url, new.definition, HeldLogs("shop", logs), HeldTopics(stages=1))
        monkeypatch.undo()
        after = StagedRoad(await going_on(RedisRegistry(url), new), RedisStore(url), 2)
        for end in (150, 180, 400):
            await after.fold([log[:end] for log in logs])
        reader = RedisReader(url)
        ours = await after.readings(reader, END)
        await reader.close()
        return report, ours, await folded_anew(new, logs)

    report, ours, theirs = asyncio.run(story())
    assert report.since_ms is None
    assert report.events >= 120
    right = list(shown(theirs))
    assert list(shown(ours)) == right
    assert {"large", "firsts", "again", "users"} <= {name for name, _, value in right if value}
