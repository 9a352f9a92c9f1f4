"""Any definition goes on with any other, twice, over whole topics and cut ones: whatever is shown is what folding all
would show; where the topics are whole, cell by cell.
"""

import asyncio
import random
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from redis import Redis

from schemas.definition.loading import parse
from schemas.definition.model import Definition
from schemas.names import is_late
from services.definition.kept import going_on
from services.definition.logs import Place
from streams import adding
from streams.cells import Cells
from streams.plan import Plan, compile_plan, keys_of, measures_of
from streams.readings import AsOf, Readings
from streams.state.memory import MemoryStore
from streams.state.port import Snapshot
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.serving import Serving
from streams.time.spans import longest_of
from tests.servers import RedisServer
from tests.services.definition.any_definition import KEYED_BY, AnyDefinition, text_of
from tests.services.definition.carrying import carried, served
from tests.services.definition.many_topics import (
    BEGIN,
    DAYS,
    Ends,
    KnownTopics,
    Logs,
    ManyLogs,
    ManyTopics,
    any_logs,
    ends_at,
)
from tests.streams.folding import DAY

EVENTS = 150
Partitions = dict[Place, Snapshot]


class Both(NamedTuple):
    """The last version as it was carried over, and as it is folded anew."""

    plan: Plan
    ours: Partitions
    theirs: Partitions


async def carried_on(url: str, plan: Plan, logs: Logs, definition: Definition, lost: Ends) -> Plan:
    """The version is served, and the definition goes on with it."""
    registry = RedisRegistry(url)
    await served(url, plan)
    await registry.exchange("Test", await registry.serving("Test"), Serving(served=plan.version))
    await carried(url, definition, ManyLogs(logs, lost), KnownTopics(logs))
    return await going_on(registry, compile_plan(definition))


async def story(seed: int, url: str, *, whole: bool) -> Both:
    rng = random.Random(seed)
    logs = any_logs(rng, {topic: rng.choice([1, 3, 8]) for topic in KEYED_BY}, EVENTS)
    making, store = AnyDefinition(rng, whole=whole), RedisStore(url)
    measures = making.measures(4, "old")
    plan, read = compile_plan(parse(text_of(measures))), rng.uniform(0.3, 0.5)
    await ManyTopics(plan, store, logs).begin()
    for turn in ("new", "newer"):
        await ManyTopics(plan, store, logs).fold(ends_at(logs, read), 40)
        measures, lost = making.changed(measures, turn), ends_at(logs, 0.0 if whole else rng.uniform(0, read - 0.2))
        plan = await carried_on(url, plan, logs, parse(text_of(measures)), lost)
        read += rng.uniform(0.1, 0.2)
    reader, road = RedisReader(url), ManyTopics(plan, store, logs)
    await road.fold(ends_at(logs, 2.0), 60)
    ours, memory = await road.snapshots(reader), MemoryStore()
    await reader.close()
    anew = ManyTopics(compile_plan(plan.definition), memory, logs)
    await anew.begin()
    await anew.fold(ends_at(logs, 2.0))
    return Both(plan, ours, await anew.snapshots(memory))


def cells_of(partitions: Partitions) -> dict[tuple[object, ...], int]:
    """Of stages none that came late: which of two topics' partitions is heard of first is not said."""
    return {
        (place, series, field): number
        for place, one in partitions.items()
        for series, keys in one.cells.items()
        for fields in keys.values()
        for field, number in fields.items()
        if number and (place.topic in KEYED_BY or not is_late(series))
    }


def totals_of(partitions: Partitions) -> dict[tuple[object, ...], int]:
    """Of outcomes and measures; not of types that none counts or asks the keys of, which others did before."""
    return {
        (place, name): number
        for place, one in partitions.items()
        for name, number in one.totals.items()
        if number and not name.startswith(("unused||", "miskeyed||", "restated"))
    }


def shown(plan: Plan, partitions: Partitions) -> Iterator[tuple[tuple[object, ...], object]]:
    """Every metric in each of its windows on every day, with what came late where one partition tells; and segments,
    where the window that says which are shown is known: what is lost of it may have been larger.
    """
    last = max(one.standing.watermark for one in partitions.values())
    readings = Readings(plan, Cells.of(partitions.values()), AsOf(last, last))
    for metric in plan.definition.metrics.values():
        staged = any(
            keys_of(plan.definition, plan.definition.measures[m]) for m in measures_of(plan.definition, metric.name)
        )
        for window in metric.windows:
            for at_ms in range(BEGIN - 5 * DAY, BEGIN + DAYS * DAY, DAY):
                one = readings.running(metric.name, window, at_ms)
                yield (
                    (metric.name, window, at_ms),
                    one.value if one.value is None or staged else (one.value, one.restated),
                )
            for at_ms in range(BEGIN, BEGIN + DAYS * DAY, 9 * DAY):
                if readings.running(metric.name, longest_of(metric.windows), at_ms).value is None:
                    continue
                for one in readings.segments(metric.name, window, at_ms):
                    yield (metric.name, window, at_ms, one.segment), one.value


@pytest.mark.parametrize("seed", range(4))
def test_over_whole_topics_every_cell_is_what_folding_everything_would_make(
    seed: int, redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed % 2:
        monkeypatch.setattr(adding, "VALUES_PER_PARTITION", 3)
    plan, ours, theirs = asyncio.run(story(seed, redis_server.url, whole=True))
    assert all(one.since_ms is None for one in plan.carried.generations)
    assert len(plan.carried.generations) == 3
    assert [one.standing.watermark for one in ours.values()] == [one.standing.watermark for one in theirs.values()]
    assert [one.standing.floor for one in ours.values()] == [one.standing.floor for one in theirs.values()]
    assert cells_of(ours) == cells_of(theirs) != {}
    assert totals_of(ours) == totals_of(theirs)
    assert dict(shown(plan, ours)) == dict(shown(plan, theirs))


@pytest.mark.parametrize("seed", range(4))
def test_over_topics_that_lost_their_beginning_it_is_right_wherever_it_is_shown(
    seed: int, redis_server: RedisServer, redis: Redis
) -> None:
    plan, ours, theirs = asyncio.run(story(seed, redis_server.url, whole=False))
    assert any(one.since_ms is not None for one in plan.carried.generations)
    found, right = dict(shown(plan, ours)), dict(shown(plan, theirs))
    assert {place: one for place, one in found.items() if one is not None and one != right.get(place)} == {}
    assert sum(one is not None for one in found.values()) > len(found) // 4
