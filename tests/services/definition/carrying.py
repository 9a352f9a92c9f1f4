"""A company goes on from one version to the next, over a real Redis, and folds the same anew, in memory."""

from collections.abc import Collection, Mapping, Sequence

from schemas.definition.loading import parse
from schemas.definition.model import Definition
from schemas.names import late_series
from services.definition.carry import Kafka, Report, carry
from services.definition.kept import going_on
from services.definition.logs import Logs
from services.definition.stores import Stores
from services.definition.topics import Topics
from streams.cells import Cells
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings
from streams.state.memory import MemoryStore
from streams.state.port import Log, Partition, Reader, Snapshot
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.redis.copier import RedisCopier
from streams.worker.succession import Succession
from tests.live.road import EVERY_KEY
from tests.services.definition.held_logs import HeldLogs
from tests.services.definition.held_topics import HeldTopics
from tests.services.definition.two_versions import OLD
from tests.services.exporter.world import Company, Event

NOTHING_LEFT = HeldLogs("shop", [], lost=[10**6, 10**6])
THE_SHOP = HeldTopics()
RESTATED = ("orders", "firsts")
"""Measures of both versions whose restatements are told alike."""


async def begun(url: str, events: Sequence[Event], text: str = OLD) -> Company:
    """This version, served, with these events."""
    company = Company(compile_plan(parse(text)), RedisStore(url))
    await company.begin()
    await company.publish(*events, batch=70)
    await served(url, company.plan)
    return company


async def served(url: str, plan: Plan) -> None:
    """As its workers announce it."""
    reader = RedisReader(url)
    await Succession(plan, RedisRegistry(url), reader, ()).announce()
    await reader.close()


async def carried(url: str, definition: Definition, logs: Logs = NOTHING_LEFT, topics: Topics = THE_SHOP) -> Report:
    """What is new begins now, unless the logs reach back."""
    reader = RedisReader(url)
    try:
        async with RedisCopier(url) as copier:
            stores = Stores(RedisRegistry(url), reader, RedisStore(url), copier)
            return await carry(definition, stores, Kafka(topics, logs))
    finally:
        await reader.close()


async def successor(url: str, definition: Definition) -> Company:
    """The version that goes on, where it stands."""
    return Company(await going_on(RedisRegistry(url), compile_plan(definition)), RedisStore(url))


async def position(url: str, plan: Plan, number: int) -> int:
    """Where a worker that opens the partition begins."""
    session, found = await RedisStore(url).open(Partition(plan.version, "shop", number), Log(0, 10**9, "topic-id"))
    session.close()
    return found.standing.position


Read = tuple[Readings, list[dict[str, int]]]
"""With what each partition tells of restatements that is carried."""


async def gone_on(url: str, definition: Definition, events: Sequence[Event], at_ms: int) -> Read:
    """The version that goes on, once it has all events."""
    company = await successor(url, definition)
    await company.publish(*events, batch=50)
    return await read_in_redis(url, company.plan, at_ms, definition.measures)


async def folded_whole(
    definition: Definition, events: Sequence[Event], at_ms: int, measures: Collection[str] = RESTATED
) -> Read:
    """All of them, by a version that went on with none."""
    store = MemoryStore()
    company = Company(compile_plan(definition), store)
    await company.begin()
    await company.publish(*events)
    return await _read(store, company.plan, at_ms, measures)


async def read_in_redis(url: str, plan: Plan, at_ms: int, measures: Collection[str] = RESTATED) -> Read:
    reader = RedisReader(url)
    try:
        return await _read(reader, plan, at_ms, measures)
    finally:
        await reader.close()


async def _read(reader: Reader, plan: Plan, at_ms: int, measures: Collection[str]) -> Read:
    wanted = {name: [EVERY_KEY] for one in plan.series.values() for name in (one.name, late_series(one.name))}
    found = [await reader.snapshot(Partition(plan.version, "shop", n), wanted) for n in (0, 1)]
    snapshots: list[Snapshot] = [one for one in found if one is not None]
    assert len(snapshots) == 2
    totals = [_of_measures(one.totals, measures) for one in snapshots]
    return Readings(plan, Cells.of(snapshots), AsOf(at_ms, at_ms)), totals


def _of_measures(totals: Mapping[str, int], measures: Collection[str]) -> dict[str, int]:
    return {name: number for name, number in totals.items() if "|" in name and name.split("|")[1] in measures}
