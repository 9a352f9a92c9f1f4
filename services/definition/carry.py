"""``nsm definition carry FILE``: the file's version goes on with all that the served one counts alike.

    refused ◀── what cannot be ── plans ──▶ sources copied ──▶ stages copied ──▶ every partition gets its position
                                                                                  └▶ its workers begin there

The served version goes on meanwhile: a partition that was committed to while it was copied is copied again.  Until the
end there is no position, so that no worker can begin; an attempt that was cut off is wiped by the next, and one that
only seemed to be gives way to it.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from schemas import names
from schemas.definition.model import Definition
from schemas.errors import CommandError
from services.definition.attempt import Attempt
from services.definition.kept import carried_by, kept_plan
from streams.carrying import CannotBeCarried, Carrying, Part, carrying, moved
from streams.plan import INTERNAL_PARTITIONS, Plan
from streams.restating.restated import SPACE as RESTATED
from streams.restating.restated import measure_of
from streams.state.port import NEVER, Partition, Reached, Reader, Standing, Store
from streams.state.redis.copier import Held, RedisCopier
from streams.state.serving import Registry
from streams.worker.sessions import TopicFacts

ATTEMPTS = 20
PAUSE_S = 0.2
TOPICS_S = 15.0
STAGES_S = 60.0


class Topics(Protocol):
    """What the command asks of Kafka; raises OSError while that does not answer."""

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        """Makes the internal topics that are missing."""

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        """Their ids."""


class Stores(msgspec.Struct, frozen=True):
    """Where versions are kept, and the connection that copies."""

    registry: Registry
    reader: Reader
    store: Store
    copier: RedisCopier


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """``series`` that went on, ``new`` ones that begin at ``since_ms`` (None: there are none)."""

    one: str
    other: str
    series: tuple[str, ...]
    new: tuple[str, ...]
    since_ms: int | None
    records: int


async def carry(definition: Definition, stores: Stores, topics: Topics) -> Report:
    """Raises CommandError where it cannot be."""
    old = await _served(definition, stores.registry)
    found = _planned(old, definition, 0)
    await _not_begun(found.new, stores)
    attempt = await Attempt.begin(found.new, stores.registry)
    copy = _Copy(found, stores, attempt, await _ids(topics, list(old.sources), list(found.new.stages)))
    await copy.run()
    found = _planned(old, definition, copy.since_ms)
    for partition, held in copy.copied.items():
        await attempt.check()
        await stores.copier.finish(partition, held)
    await attempt.check()
    await stores.registry.keep_carried(found.new.version, msgspec.json.encode(found.new.carried))
    new = tuple(sorted({one.name for one in found.new.series.values()} - found.series))
    return Report(
        one=old.version,
        other=found.new.version,
        series=tuple(sorted(found.series)),
        new=new,
        since_ms=copy.since_ms if new else None,
        records=copy.records,
    )


async def _served(definition: Definition, registry: Registry) -> Plan:
    version = (await registry.serving(definition.company)).served
    old = await kept_plan(registry, version) if version else None
    if old is None:
        message = f"nothing is served for {definition.company} that this release can read: there is nothing to carry"
        raise CommandError(message)
    return old


def _planned(old: Plan, definition: Definition, since_ms: int) -> Carrying:
    try:
        found = carrying(old, definition, since_ms)
    except CannotBeCarried as reasons:
        message = f"version {old.version} cannot be carried over: {reasons}"
        raise CommandError(message) from reasons
    if found.new.version == old.version:
        message = f"the file is version {old.version}, which is served: nothing has to be carried over"
        raise CommandError(message)
    return found


async def _not_begun(new: Plan, stores: Stores) -> None:
    carried = await carried_by(stores.registry, new.version)
    if carried is not None and not carried.whole:
        return  # cut off: it is wiped
    if (await stores.reader.partitions(new.version)) or carried is not None:
        message = (
            f"version {new.version} has begun already: retire it, or let its workers go on (nsm definition status)"
        )
        raise CommandError(message)


async def _ids(topics: Topics, sources: list[str], internal: list[str]) -> dict[str, str]:
    """Of all topics; internal ones that were just made are not known everywhere at once."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + TOPICS_S
    while True:
        try:
            await topics.prepare(sources, internal)
            return {name: fact.id for name, fact in (await topics.facts([*sources, *internal])).items()}
        except OSError as away:
            if loop.time() > deadline:
                raise CommandError(str(away)) from away
            await asyncio.sleep(PAUSE_S)


def sentences(report: Report) -> Iterator[str]:
    """For people."""
    yield (
        f"version {report.other} goes on with {report.one}: {len(report.series)} series as they stand, "
        f"{report.records:,} records"
    )
    if report.new and report.since_ms is not None:
        since = datetime.fromtimestamp(report.since_ms / 1000, UTC).isoformat(timespec="seconds")
        yield f"new: {', '.join(report.new)}: shown for windows that begin after {since}"
    yield "start its workers: they go on where it stands, and take over when they have caught up"


class _Copy:
    """What is copied so far; ``since_ms`` lies past every event that was read before.

    Stages count too: one may have had events that its source, copied before, has not, and skips them when they come
    again, for what is new there as well.
    """

    def __init__(self, found: Carrying, stores: Stores, attempt: Attempt, ids: Mapping[str, str]) -> None:
        self._found, self._stores, self._attempt, self._ids = found, stores, attempt, ids
        self.copied: dict[Partition, Held] = {}
        self.records = 0

    @property
    def since_ms(self) -> int:
        watermarks = (held.standing.watermark for held in self.copied.values())
        return max((one for one in watermarks if one != NEVER), default=0) + 1

    async def run(self) -> None:
        """Sources first: what a stage has of them later on must reach at least as far."""
        numbers = await self._stores.reader.partitions(self._found.old.version)
        for part in self._found.partners():
            before, topic = part.topics
            number = numbers.get(topic, 0) if topic in self._found.new.sources else INTERNAL_PARTITIONS
            await self._stores.store.fix_partitions(self._found.new.version, topic, number)
            for n in range(number):
                to = Partition(self._found.new.version, topic, n)
                come_from = None if before is None else Partition(self._found.old.version, before, n)
                self.copied[to] = await self._settled(part, come_from, to)

    async def _settled(self, part: Part, come_from: Partition | None, to: Partition) -> Held:
        """Copied at one moment of the old partition."""
        if come_from is None:
            await self._attempt.check()
            await self._stores.copier.wipe(to)
            return Held(self._standing(part, None), b"", self._ids[to.topic], {})
        for _ in range(ATTEMPTS):
            held = await self._reaching(part, come_from)
            await self._attempt.check()
            await self._stores.copier.wipe(to)
            records = await self._copy(part, come_from, to)
            if await self._stores.copier.held(come_from) == held:
                self.records += records
                standing = held.standing if to.topic in self._found.new.sources else self._standing(part, held)
                return Held(standing, b"", self._ids[to.topic], part.totals(held.totals))
        message = (
            f"{come_from.topic}[{come_from.number}] was committed to each of {ATTEMPTS} times that it was copied: "
            f"stop the workers of version {come_from.version} for the while, or try in a quiet hour"
        )
        raise CommandError(message)

    async def _reaching(self, part: Part, come_from: Partition) -> Held:
        """Where the old partition stands, once a stage has all that its sources stood at when they were copied."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + STAGES_S
        while True:
            held = await self._stores.copier.held(come_from)
            if held is None:
                message = f"{come_from.topic}[{come_from.number}] has no position in version {come_from.version}"
                raise CommandError(message)
            if come_from.topic in self._found.old.sources or self._reaches(part, held.standing):
                return held
            if loop.time() > deadline:
                message = (
                    f"{come_from.topic}[{come_from.number}] has not got all that was read of its source: "
                    f"let the workers of version {come_from.version} catch up"
                )
                raise CommandError(message)
            await asyncio.sleep(PAUSE_S)

    def _sources(self, part: Part) -> dict[int, Standing]:
        topic = part.after.source.topic
        return {to.number: held.standing for to, held in self.copied.items() if to.topic == topic}

    def _reaches(self, part: Part, standing: Standing) -> bool:
        reached = {one.partition: one.next for one in standing.reached}
        return all(
            reached.get(number, 0) >= source.position
            for number, source in self._sources(part).items()
            if source.clock != NEVER
        )

    def _standing(self, part: Part, held: Held | None) -> Standing:
        """Of a stage, at the beginning of its new topic: what the old one had; a new one has nothing, up to there."""
        sources = self._sources(part)
        begun = {n: one for n, one in sources.items() if one.clock != NEVER}
        if held is not None:
            return msgspec.structs.replace(held.standing, position=0)
        return Standing(
            position=0,
            floor=min((one.floor for one in begun.values()), default=NEVER) if len(begun) == len(sources) else NEVER,
            watermark=max((one.watermark for one in begun.values()), default=NEVER),
            reached=tuple(Reached(n, one.position, one.floor, one.watermark) for n, one in sorted(begun.items())),
        )

    async def _copy(self, part: Part, come_from: Partition, to: Partition) -> int:
        """Gives how many records there are now."""
        copier, records = self._stores.copier, 0
        spaces = {names.records_name(space): stood for space, stood in part.spaces().items()}
        whole = {names.records_name(space) for space in part.values()}
        cells = self._found.series | {names.late_series(series) for series in self._found.series}
        for name in await copier.names(come_from):
            if name.startswith(names.ids_name("")):
                await copier.put_ids(to, name, await copier.ids(come_from, name))
            elif name in whole or (name.startswith("cells:") and names.cells_of(name)[0] in cells):
                async for fields in copier.fields(come_from, name):
                    await copier.put(to, name, fields)
            elif name == names.records_name(RESTATED):  # beside the totals of the same measures
                async for fields in copier.fields(come_from, name):
                    told = {
                        one: row for one, row in fields.items() if measure_of(one.decode()) in part.carrying.measures
                    }
                    await copier.put(to, name, told)
            elif name in spaces:
                async for fields in copier.fields(come_from, name):
                    kept = {entity: moved(record, spaces[name]) for entity, record in fields.items()}
                    kept = {entity: record for entity, record in kept.items() if record}
                    records += len(kept)
                    await copier.put(to, name, kept)
        return records
