"""Copies what goes on, partition by partition, while the version before goes on being served.

A partition that was committed to while it was copied is copied again.  Sources come first: what a stage has of them
later on must reach at least as far.
"""

import asyncio
from collections.abc import Mapping

import msgspec

from schemas import names
from schemas.errors import CommandError
from services.definition.attempt import Attempt
from services.definition.stores import Stores
from streams.carrying import Carrying, Part, moved
from streams.plan import INTERNAL_PARTITIONS
from streams.restating.restated import SPACE as RESTATED
from streams.restating.restated import measure_of
from streams.state.port import NEVER, Partition, Reached, Standing
from streams.state.redis.copier import Held

ATTEMPTS = 20
PAUSE_S = 0.2
STAGES_S = 60.0


class Copying:
    """What is copied so far; ``now_ms`` lies past every event that was read before.

    Stages count too: one may have had events that its source, copied before, has not, and skips them when they come
    again, for what is new there as well.
    """

    def __init__(self, found: Carrying, stores: Stores, attempt: Attempt, ids: Mapping[str, str]) -> None:
        self._found, self._stores, self._attempt, self._ids = found, stores, attempt, ids
        self.copied: dict[Partition, Held] = {}
        self.records = 0

    @property
    def now_ms(self) -> int:
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
                topic_id = held.topic_id if to.topic in self._found.new.sources else self._ids[to.topic]
                return Held(standing, b"", topic_id, part.totals(held.totals))
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
