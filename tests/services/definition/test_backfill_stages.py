"""What is new and re-keyed is folded by itself through stages that were copied at different points of their sources."""

import asyncio
import random
from collections.abc import Iterator
from fractions import Fraction

import pytest
from redis import Redis

from schemas.definition.loading import parse
from services.definition.carry import Kafka, Report, carry
from services.definition.kept import going_on
from services.definition.stores import Stores
from streams.plan import compile_plan
from streams.readings import Readings
from streams.state.port import Partition
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.redis.copier import Held, RedisCopier
from streams.worker.succession import Succession
from tests.servers import RedisServer
from tests.services.definition.held_logs import HeldLogs
from tests.services.definition.staged_road import StagedRoad, StagedTopics
from tests.services.exporter.world import Event
from tests.streams.folding import DAY, event

MIDNIGHT = 1_740_009_600_000  # 2025-02-20 in UTC
DAYS = 30
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
    for one in readings.segments("large", window, MIDNIGHT + DAYS * DAY):
        yield str(one.segment), DAYS, one.value


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("text", [OLD, WITHOUT_STAGES], ids=["a stage goes on", "the stage is new"])
def test_it_is_what_folding_everything_would_be(
    seed: int, text: str, redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, url, old, new = random.Random(seed), redis_server.url, compile_plan(parse(text)), compile_plan(parse(NEW))
    logs = logs_of(rng, 400)
    reached, held = [60 + rng.randrange(40) for _ in logs], RedisCopier.held

    async def story() -> tuple[Report, Readings, Readings]:
        road = StagedRoad(old, url, 2)
        await road.begin()
        for _ in range(3):
            await road.fold([log[: end // 3] for log, end in zip(logs, reached, strict=True)])
        await road.fold([log[:end] for log, end in zip(logs, reached, strict=True)])
        reader = RedisReader(url)
        await Succession(old, RedisRegistry(url), reader, ()).announce()

        async def further(copier: RedisCopier, partition: Partition) -> Held | None:
            """The old version goes on while its stages are copied: each has another part of the sources."""
            if partition.topic in old.stages and await copier_first(partition):
                for number, log in enumerate(logs):
                    reached[number] += rng.randrange(8)
                    await road.fold_source(number, log[: reached[number]])
                await road.fold_stages(partition.number)
            return await held(copier, partition)

        seen = set[int]()

        async def copier_first(partition: Partition) -> bool:
            first = partition.number not in seen
            seen.add(partition.number)
            return first

        monkeypatch.setattr(RedisCopier, "held", further)
        async with RedisCopier(url) as copier:
            stores = Stores(RedisRegistry(url), reader, RedisStore(url), copier)
            report = await carry(new.definition, stores, Kafka(StagedTopics(2), HeldLogs("shop", logs)))
        monkeypatch.undo()
        await reader.close()
        plan = await going_on(RedisRegistry(url), new)
        after = StagedRoad(plan, url, 2)
        for end in (150, 180, 400):
            await after.fold([log[:end] for log in logs])
        ours = await after.readings(MIDNIGHT + DAYS * DAY)
        redis.flushall()
        anew = StagedRoad(new, url, 2)
        await anew.begin()
        await anew.fold(logs)
        return report, ours, await anew.readings(MIDNIGHT + DAYS * DAY)

    report, ours, theirs = asyncio.run(story())
    assert report.since_ms is None
    assert report.events >= 120
    right = list(shown(theirs))
    assert list(shown(ours)) == right
    assert {"large", "firsts", "again", "users"} <= {name for name, _, value in right if value}
