"""A version goes on with the one before it, over a real Redis: what is shown is what folding everything would show."""

import asyncio
import random
from typing import Any

import pytest
from redis import Redis

from schemas.definition.loading import parse
from schemas.definition.model import Definition
from schemas.errors import CommandError, LogError
from services.definition.kept import going_on
from streams.plan import compile_plan
from streams.readings import Readings
from streams.state.port import Partition
from streams.state.redis import RedisRegistry
from streams.state.redis.copier import RedisCopier
from tests.servers import RedisServer
from tests.services.definition.carrying import Read, begun, carried, folded_whole, position, read_in_redis, successor
from tests.services.definition.two_versions import BEGIN, BEGUN, END, EVENTS, NEW, OLD, happenings
from tests.streams.folding import DAY


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_shown_is_what_folding_everything_would_show(
    seed: int, redis_server: RedisServer, redis: Redis
) -> None:
    rng, url, new = random.Random(seed), redis_server.url, parse(NEW)
    events, cut = list(happenings(rng, 0, EVENTS)), rng.randrange(300, 600)

    async def story() -> tuple[Read, Read]:
        await begun(url, events[:cut])
        report = await carried(url, new)
        assert {name.partition(".")[0] for name in report.new} == {"big", "regulars", "repeats_3d", "back", "customers"}
        after = await successor(url, new)
        after.append(*events)
        for number in (0, 1):
            assert 0 < (await position(url, after.plan, number)) < len(after.logs[number])
            await after.fold(number, 50)
        return await read_in_redis(url, after.plan, END), await folded_whole(new, events, END)

    (ours, restated), (theirs, as_restated) = asyncio.run(story())
    assert restated == as_restated
    days_before = cut // 12
    shown = dict.fromkeys(BEGUN, 0)
    for metric in new.metrics.values():
        for window in metric.windows:
            for at in range(BEGIN, END, DAY):
                one, other = ours.running(metric.name, window, at), theirs.running(metric.name, window, at)
                where = (metric.name, window, at)
                if metric.name not in BEGUN:
                    assert (one.value, one.restated) == (other.value, other.restated), where
                elif one.value is None:
                    assert at < BEGIN + (days_before + 14) * DAY or other.value is None, where
                else:
                    assert one.value == other.value, where
                    assert at >= BEGIN + (days_before - 4) * DAY, where
                    shown[metric.name] += 1
    assert all(shown.values()), shown
    for name in ("customers", "kept", "bought"):
        segments, as_segments = segments_of(ours, new, name), segments_of(theirs, new, name)
        assert segments == as_segments
        assert {"Ede", "Epe", "other"} <= segments.keys()


def segments_of(readings: Readings, definition: Definition, metric: str) -> dict[object, object]:
    """At the end, in the first of its windows."""
    window = definition.metrics[metric].windows[0]
    return {one.segment: one.value for one in readings.segments(metric, window, END)}


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
        asyncio.run(position(before, new, 1))
    monkeypatch.undo()
    asyncio.run(carried(before, new.definition))
    assert asyncio.run(going_on(RedisRegistry(before), new)).carried.whole
    assert asyncio.run(position(before, new, 1)) > 0
    with pytest.raises(CommandError, match="has begun already"):
        asyncio.run(carried(before, new.definition))


def test_a_partition_that_is_always_committed_to_is_given_up_on(before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put_ids = RedisCopier.put_ids

    async def restless(copier: RedisCopier, partition: Partition, name: str, ids: bytes) -> None:
        await put_ids(copier, partition, name, ids)
        await position(before, compile_plan(parse(OLD)), partition.number)

    monkeypatch.setattr(RedisCopier, "put_ids", restless)
    with pytest.raises(CommandError, match="stop the workers"):
        asyncio.run(carried(before, parse(NEW)))


def test_an_attempt_gives_way_to_one_that_began_later(before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    new, put_ids = compile_plan(parse(NEW)), RedisCopier.put_ids

    async def slow(copier: RedisCopier, partition: Partition, name: str, ids: bytes) -> None:
        monkeypatch.setattr(RedisCopier, "put_ids", put_ids)
        await put_ids(copier, partition, name, ids)
        await carried(before, new.definition)
        assert await position(before, new, 0) > 0

    monkeypatch.setattr(RedisCopier, "put_ids", slow)
    with pytest.raises(CommandError, match="another nsm definition carry"):
        asyncio.run(carried(before, new.definition))
    assert asyncio.run(going_on(RedisRegistry(before), new)).carried.whole
    assert asyncio.run(position(before, new, 0)) > 0
    assert asyncio.run(position(before, new, 1)) > 0
