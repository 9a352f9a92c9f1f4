"""A stage may have more than its source had when that was copied: what is new there has not seen the difference."""

import asyncio
from typing import NamedTuple

import pytest
from redis import Redis

from schemas.definition.loading import parse
from services.definition.kept import going_on
from streams.plan import compile_plan
from streams.state.port import Partition
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.redis.copier import Held, RedisCopier
from tests.servers import RedisServer
from tests.services.definition.carrying import carried, served
from tests.services.definition.held_logs import HeldLogs
from tests.services.definition.held_topics import HeldTopics
from tests.services.exporter.staged_road import StagedRoad
from tests.streams.folding import DAY, HOUR, event

MIDNIGHT = 1_740_009_600_000  # 2025-02-20 in UTC
OLD = """\
company: Test
time_zone: UTC
events: {topic: shop, keyed_by: user_id, lateness: 1d}
measures:
  accounts: {distinct: account_id, of: order}
metrics:
  accounts: {measure: accounts, window: {calendar: day}}
north_star: {metric: accounts}
"""
NEW = OLD.replace("metrics:\n", "  large: {distinct: account_id, of: order, where: amount > 50}\nmetrics:\n").replace(
    "north_star:", "  large: {measure: large, window: {calendar: day}}\nnorth_star:"
)


def orders(first: int, number: int, begin_ms: int) -> list[dict[str, object]]:
    """One a minute, each of another account."""
    return [
        event(f"e{n}", "order", f"u{n}", begin_ms + (n - first) * 60_000, account_id=f"a{n}", amount=60)
        for n in range(first, first + number)
    ]


class Shown(NamedTuple):
    """Of three days, each metric, and how many events were read again."""

    accounts: list[object]
    large: list[object]
    read: int


async def story(url: str, monkeypatch: pytest.MonkeyPatch, lost: int) -> Shown:
    """A version is carried over whose stage has ten events more than its source had when that was copied."""
    old, new = compile_plan(parse(OLD)), compile_plan(parse(NEW))
    before, meanwhile = orders(0, 10, MIDNIGHT - HOUR), orders(10, 10, MIDNIGHT + 60_000)
    log = before + meanwhile + orders(20, 10, MIDNIGHT + HOUR) + orders(30, 10, MIDNIGHT + DAY)
    held, went_on = RedisCopier.held, list[Partition]()
    road = StagedRoad(old, RedisStore(url))
    await road.begin()
    await road.fold([before])
    await served(url, old)

    async def going_on_meanwhile(copier: RedisCopier, partition: Partition) -> Held | None:
        if partition.topic in old.stages and not went_on:  # the sources are copied
            went_on.append(partition)
            await road.fold([before + meanwhile])
        return await held(copier, partition)

    monkeypatch.setattr(RedisCopier, "held", going_on_meanwhile)
    logs = HeldLogs("shop", [before + meanwhile], [lost])
    report = await carried(url, new.definition, logs, HeldTopics(partitions=1, stages=1))
    after = StagedRoad(await going_on(RedisRegistry(url), new), RedisStore(url))
    await after.fold([log])
    reader = RedisReader(url)
    readings = await after.readings(reader, MIDNIGHT + DAY + HOUR)
    await reader.close()
    day = new.definition.metrics["large"].windows[0]

    def on_three_days(metric: str) -> list[object]:
        return [readings.running(metric, day, MIDNIGHT + n * DAY + 2 * HOUR).value for n in (-1, 0, 1)]

    return Shown(on_three_days("accounts"), on_three_days("large"), report.events)


def test_what_a_stage_had_beyond_its_source_is_not_taken_for_seen_by_what_is_new(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = asyncio.run(story(redis_server.url, monkeypatch, lost=10**6))
    assert shown == Shown([10, 20, 10], [None, None, 10], 0)


def test_what_is_folded_again_reaches_as_far_as_the_stage(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = asyncio.run(story(redis_server.url, monkeypatch, lost=0))
    assert shown == Shown([10, 20, 10], [10, 20, 10], 20)
