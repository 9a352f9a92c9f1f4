"""A version goes on with the one before it, over a real Redis: what is shown is what folding everything would show."""

import asyncio
import random
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pytest
from redis import Redis

from schemas.definition.loading import parse
from schemas.definition.model import Definition
from schemas.errors import CommandError, LogError
from schemas.names import late_series
from services.definition.carry import Kafka, Report, carry
from services.definition.kept import going_on
from services.definition.logs import Logs
from services.definition.stores import Stores
from streams.cells import Cells
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings
from streams.state.memory import MemoryStore
from streams.state.port import Log, Partition, Snapshot
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.redis.copier import RedisCopier
from streams.worker.sessions import TopicFacts
from streams.worker.succession import Succession
from tests.live.road import EVERY_KEY
from tests.servers import RedisServer
from tests.services.definition.held_logs import HeldLogs
from tests.services.exporter.world import Company
from tests.streams.folding import DAY, event

BEGIN = 1_740_000_000_000
OLD = """\
company: Test
time_zone: Europe/Amsterdam
events: {topic: shop, keyed_by: user_id, lateness: 4d, dedupe: 1h}
dimensions: {city: {property: city, limit: 3}, side: {property: city, values: [Ede, Epe]}}
measures:
  orders:    {count: order, by_dimension: [city]}
  revenue:   {sum: order.amount, unit: EUR, decimals: 2}
  amounts:   {distribution: order.amount, unit: EUR, decimals: 2}
  customers: {distinct: user_id, of: order, by_dimension: [side]}
  firsts:    {first: order}
  visits:    {count: view}
  users:     {lifecycle: user_id, of: any}
  paid:      {net_retention: order.amount, unit: EUR, decimals: 2, by_dimension: [side]}
  bought:    {conversion: [view, order], within: 3d, by_dimension: [side]}
metrics:
  orders:    {measure: orders, window: [{calendar: day}, lifetime]}
  value:     {ratio: [revenue, orders], window: [{calendar: week}, lifetime]}
  median:    {quantile: 0.5, of: amounts, window: {calendar: week}}
  customers: {measure: customers, window: [{calendar: month}, {calendar: day}]}
  firsts:    {measure: firsts, window: [{calendar: day}, lifetime]}
  retained:  {measure: users.retained, window: {calendar: week}}
  kept:      {ratio: [paid.kept, paid.base], window: {calendar: week}}
  bought:    {measure: bought, window: {calendar: week}}
  visits:    {measure: visits, window: {calendar: day}}
north_star: {metric: value}
"""
NEW_MEASURES = """\
  big:        {count: order, where: amount > 50}
  regulars:   {distinct: user_id, of: order, at_least: 2}
  repeats_3d: {repeat: order, within: 3d}
  back:       {conversion: [order, view], within: 2d}
"""
NEW_METRICS = """\
  big:        {measure: big, window: [{calendar: day}, {rolling: 7d}]}
  regulars:   {measure: regulars, window: {rolling: 7d}}
  repeats_3d: {measure: repeats_3d, window: {calendar: day}}
  back:       {measure: back, window: {calendar: day}}
  last_week:  {measure: customers, window: {rolling: 7d}}
  share:      {ratio: [big, orders], window: {calendar: day}}
"""
NEW = (
    OLD.replace("metrics:\n", NEW_MEASURES + "metrics:\n")
    .replace("  visits:    {count: view}\n", "")
    .replace("  visits:    {measure: visits, window: {calendar: day}}\n", "")
    .replace("north_star:", NEW_METRICS + "north_star:")
)
BEGUN = {"big", "regulars", "repeats_3d", "back", "last_week", "share"}


class TwoTopics:
    """Kafka as the command asks it."""

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        assert not internal
        assert list(topics) == ["shop"]

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        return dict.fromkeys(topics, TopicFacts("topic-id", 2))


def happenings(rng: random.Random, first: int, last: int) -> Iterator[dict[str, object]]:
    """Some of every hour of a hundred days, up to three days late, in the order of their arrival."""
    for n in range(first, last):
        t = BEGIN + n * DAY // 12 - rng.randrange(3 * DAY)
        type_ = rng.choice(["order", "order", "view"])
        yield event(f"e{n}", type_, f"u{rng.randrange(25)}", t, amount=rng.randrange(100), city=rng.choice(CITIES))


CITIES = ["Ede", "Epe", "Ens", "Elst", "Een"]
EVENTS = 1200


NOTHING_LEFT = HeldLogs("shop", [], lost=[10**6, 10**6])


async def carried(url: str, definition: Definition, logs: Logs = NOTHING_LEFT) -> Report:
    """What is new begins now, unless the logs reach back."""
    reader = RedisReader(url)
    try:
        async with RedisCopier(url) as copier:
            stores = Stores(RedisRegistry(url), reader, RedisStore(url), copier)
            return await carry(definition, stores, Kafka(TwoTopics(), logs))
    finally:
        await reader.close()


async def served(url: str, plan: Plan) -> None:
    """As its workers announce it."""
    reader = RedisReader(url)
    await Succession(plan, RedisRegistry(url), reader, ()).announce()
    await reader.close()


Read = tuple[Readings, list[dict[str, int]]]
"""With what each partition tells of restatements that is carried."""


def of_measures(totals: Mapping[str, int], measures: Collection[str]) -> dict[str, int]:
    """What is told of them."""
    return {name: number for name, number in totals.items() if "|" in name and name.split("|")[1] in measures}


async def read(store: Any, plan: Plan, at_ms: int, measures: Collection[str] = ("orders", "firsts")) -> Read:
    wanted = {name: [EVERY_KEY] for one in plan.series.values() for name in (one.name, late_series(one.name))}
    found = [await store.snapshot(Partition(plan.version, "shop", n), wanted) for n in (0, 1)]
    snapshots: list[Snapshot] = [one for one in found if one is not None]
    assert len(snapshots) == 2
    totals = [of_measures(one.totals, measures) for one in snapshots]
    return Readings(plan, Cells.of(snapshots), AsOf(at_ms, at_ms)), totals


async def folded_whole(
    plan: Plan, events: list[dict[str, object]], at_ms: int, measures: Collection[str] = ("orders", "firsts")
) -> Read:
    store = MemoryStore()
    company = Company(plan, store)
    await company.begin()
    await company.publish(*events)
    return await read(store, plan, at_ms, measures)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_shown_is_what_folding_everything_would_show(
    seed: int, redis_server: RedisServer, redis: Redis
) -> None:
    rng, url = random.Random(seed), redis_server.url
    events = list(happenings(rng, 0, EVENTS))
    cut, at_ms = rng.randrange(300, 600), BEGIN + EVENTS * DAY // 12
    new = parse(NEW)

    async def story() -> tuple[Read, Read]:
        old = compile_plan(parse(OLD))
        company = Company(old, RedisStore(url))
        await company.begin()
        await company.publish(*events[:cut], batch=70)
        await served(url, old)
        report = await carried(url, new)
        assert {name.partition(".")[0] for name in report.new} == {"big", "regulars", "repeats_3d", "back", "customers"}
        plan = await going_on(RedisRegistry(url), compile_plan(new))
        after = Company(plan, RedisStore(url))
        after.append(*events)
        for number in (0, 1):
            assert 0 < (await opened(url, plan, number)) < len(after.logs[number])
            await after.fold(number, 50)
        reader = RedisReader(url)
        try:
            return await read(reader, plan, at_ms), await folded_whole(compile_plan(new), events, at_ms)
        finally:
            await reader.close()

    (ours, restated), (theirs, as_restated) = asyncio.run(story())
    assert restated == as_restated
    shown = dict.fromkeys(BEGUN, 0)
    for metric in new.metrics.values():
        for window in metric.windows:
            for at in range(BEGIN, at_ms, DAY):
                one, other = ours.running(metric.name, window, at), theirs.running(metric.name, window, at)
                if metric.name in BEGUN and one.value is None:
                    assert at < BEGIN + (cut // 12 + 14) * DAY or other.value is None, (metric.name, window)
                    continue
                assert one.value == other.value, (metric.name, window, at)
                if metric.name not in BEGUN:
                    assert one.restated == other.restated, (metric.name, window, at)
                if metric.name in BEGUN:
                    assert at >= BEGIN + (cut // 12 - 4) * DAY, metric.name
                    shown[metric.name] += 1
    assert all(shown.values()), shown
    for name in ("customers", "kept", "bought"):
        window = new.metrics[name].windows[0]
        found = [{one.segment: one.value for one in of.segments(name, window, at_ms)} for of in (ours, theirs)]
        assert found[0] == found[1]
        assert {"Ede", "Epe", "other"} <= found[0].keys()


async def opened(url: str, plan: Plan, number: int) -> int:
    session, found = await RedisStore(url).open(Partition(plan.version, "shop", number), Log(0, 10**9, "topic-id"))
    session.close()
    return found.standing.position


@pytest.fixture
def before(redis_server: RedisServer, redis: Redis) -> str:
    """A company that serves the old version."""

    async def begin() -> None:
        old = compile_plan(parse(OLD))
        company = Company(old, RedisStore(redis_server.url))
        await company.begin()
        await company.publish(*happenings(random.Random(0), 0, 100))
        await served(redis_server.url, old)

    asyncio.run(begin())
    return redis_server.url


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("time_zone: Europe/Amsterdam", "time_zone: Asia/Kathmandu", "every day begins at another moment"),
        ("lateness: 4d", "lateness: 5d", "events events are read or judged otherwise"),
        ("{first: order}", "{first: view}", "firsts asks who was there before"),
        ("[{calendar: month}, {calendar: day}]", "[{calendar: month}, lifetime]", "customers over a lifetime"),
        ("  visits:    {count: view}\n", "  visits:    {count: view}  # nothing else\n", "is served"),
    ],
)
def test_what_cannot_be_known_or_has_not_changed_is_refused_with_the_reason(
    was: str, becomes: str, why: str, before: str
) -> None:
    assert was in OLD
    with pytest.raises(CommandError, match=why):
        asyncio.run(carried(before, parse(OLD.replace(was, becomes))))
    assert set(asyncio.run(RedisRegistry(before).versions())) == {compile_plan(parse(OLD)).version}


def test_until_it_is_whole_no_worker_begins_and_the_next_attempt_ends_it(
    before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = compile_plan(parse(NEW))
    finish = RedisCopier.finish

    async def dying(copier: RedisCopier, partition: Partition, held: Any) -> None:
        if partition.number:
            raise ConnectionError("cut off")
        await finish(copier, partition, held)

    monkeypatch.setattr(RedisCopier, "finish", dying)
    with pytest.raises(ConnectionError):
        asyncio.run(carried(before, new.definition))
    assert not asyncio.run(going_on(RedisRegistry(before), new)).carried.whole
    with pytest.raises(LogError, match="position"):
        asyncio.run(opened(before, new, 1))
    monkeypatch.undo()
    asyncio.run(carried(before, new.definition))
    assert asyncio.run(going_on(RedisRegistry(before), new)).carried.whole
    assert asyncio.run(opened(before, new, 1)) > 0
    with pytest.raises(CommandError, match="has begun already"):
        asyncio.run(carried(before, new.definition))


def test_a_partition_that_is_always_committed_to_is_given_up_on(before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put_ids = RedisCopier.put_ids

    async def restless(copier: RedisCopier, partition: Partition, name: str, ids: bytes) -> None:
        await put_ids(copier, partition, name, ids)
        await opened(before, compile_plan(parse(OLD)), partition.number)

    monkeypatch.setattr(RedisCopier, "put_ids", restless)
    with pytest.raises(CommandError, match="stop the workers"):
        asyncio.run(carried(before, parse(NEW)))


def test_an_attempt_gives_way_to_one_that_began_later(before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    new, put_ids = compile_plan(parse(NEW)), RedisCopier.put_ids

    async def slow(copier: RedisCopier, partition: Partition, name: str, ids: bytes) -> None:
        monkeypatch.setattr(RedisCopier, "put_ids", put_ids)
        await put_ids(copier, partition, name, ids)
        await carried(before, new.definition)
        assert await opened(before, new, 0) > 0

    monkeypatch.setattr(RedisCopier, "put_ids", slow)
    with pytest.raises(CommandError, match="another nsm definition carry"):
        asyncio.run(carried(before, new.definition))
    assert asyncio.run(going_on(RedisRegistry(before), new)).carried.whole
    assert asyncio.run(opened(before, new, 0)) > 0
    assert asyncio.run(opened(before, new, 1)) > 0
