"""Folds what is new by itself, over what the topics hold up to where the version before was copied.

    log of a source ─▶ what is new, in memory ─┬─▶ put beside what was copied
                  └─▶ its stages, in memory ───┘   (of a stage up to where that was copied, which may be further)

Logs are read in the order of their append times, so that stages hear of all sources alike and can forget as they go.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import get_args

import msgspec

from schemas import names
from schemas.names import Outcome
from services.definition.attempt import Attempt
from services.definition.logs import Begin, Logs, Place
from services.definition.refolding import PartitionFold, Rows, SourceLog
from services.definition.stores import Stores
from streams.backfilling import beside, counts_nothing, only, places_of
from streams.carrying import Carrying, Part
from streams.events.ids import remembered_ms
from streams.plan import Plan, SourcePlan
from streams.rekeying.messages import Origin
from streams.restating.restated import SPACE as RESTATED
from streams.state.memory import MemoryStore
from streams.state.port import NEVER, Log, Partition
from streams.state.redis.copier import Held
from streams.worker.intake import Intake, SourceIntake, StageIntake

AT_ONCE = 1_000
"""Cells, and records beside others, that are put in one go."""
CLOCKS_MS = 60_000
"""How far the clocks of a topic's brokers may lie apart."""
ENDLESS = 2**52

Told = Callable[[int, int], None]
"""How many events were read, of how many."""


class Backfilled(msgspec.Struct, frozen=True):
    """``events`` were read again; ``refused`` of those that the version before has counted do not count any more, and
    ``accepted`` that it has refused do.  ``missing`` are gone from the middle of logs that still have their beginning.
    """

    events: int = 0
    refused: int = 0
    accepted: int = 0
    missing: int = 0


def asked(found: Carrying) -> list[str]:
    """The topics whose events what is new asks for."""
    return [topic for topic, one in only(found.new, found.begun).sources.items() if not counts_nothing(one)]


def since_ms(new: Plan, copied: Mapping[Partition, Held], begins: Mapping[Place, Begin], now_ms: int) -> int | None:
    """From when on a backfill has everything; None: from the first event that there ever was.

    What was lost was appended before what is left, or by when the last of what was read was, and is no further ahead of
    its append time than its source allows; nor is what repeats it, which comes while its id is remembered.  It is never
    past ``now_ms``, from when on everything is known anyhow.
    """
    whole, latest = True, NEVER
    for place, begin in begins.items():
        if begin.offset == 0:
            continue
        whole = False
        standing = copied[Partition(new.version, *place)].standing
        nothing_left = begin.offset >= standing.position
        appended_ms = standing.clock if nothing_left or begin.appended_ms is None else begin.appended_ms
        if appended_ms == NEVER or begin.offset > standing.position:
            return now_ms
        source = new.sources[place.topic].source
        repeated_ms = 0 if nothing_left else remembered_ms(source.dedupe_ms)
        latest = max(latest, appended_ms + repeated_ms + source.ahead_ms + CLOCKS_MS + 1)
    return None if whole else min(now_ms, latest)


class Backfill:
    """Of one version, once everything else of it is copied."""

    def __init__(self, found: Carrying, copied: dict[Partition, Held], stores: Stores, attempt: Attempt) -> None:
        self._found, self._copied, self._stores, self._attempt = found, copied, stores, attempt
        self._plan = only(found.new, found.begun)
        self._store = MemoryStore()
        self._folded: Sequence[Partition] = ()

    async def fold(self, logs: Logs, begins: Mapping[Place, Begin], told: Told) -> Backfilled:
        """Reads and folds; nothing of it is anywhere but here."""
        sources = {place: await self._source(place, begins[place].offset) for place in begins}
        stages = {
            one: await self._begun(one, 0, StageIntake(self._plan, one.topic))
            for one in self._copied
            if one.topic in self._plan.stages
        }
        await logs.follow({place: begin.offset for place, begin in begins.items()})
        number, events = sum(max(0, one.end - one.begin) for one in sources.values()), 0
        reading = [one for one in sources.values() if one.begin < one.end]
        while reading:
            source = min(reading, key=lambda one: one.fold.standing.clock)
            raws, following = await logs.some(source.place)
            for piece, upto in source.pieces(raws, following):
                events += len(piece)
                for out in await source.take(piece, upto):
                    stage = stages[Partition(self._plan.version, out.topic, out.partition)]
                    if upto <= self._reached(stage.partition, source.place.number):
                        await stage.take_messages(out.messages)
            told(events, number)
            reading = [one for one in reading if one.fold.standing.position < one.end]
        self._folded = [*(one.fold.partition for one in sources.values()), *stages]
        whole = [one.fold.partition for one in sources.values() if not one.begin]
        return self._compared(events, whole)

    async def put(self) -> None:
        """Beside what was copied, and into the totals of ``copied``."""
        for part in self._found.partners():
            for one in self._folded:
                if one.topic == part.topics[1]:
                    await self._put(part, one)

    async def _source(self, place: Place, begin: int) -> SourceLog:
        partition = Partition(self._plan.version, *place)
        stages = self._plan.sources[place.topic].stages
        position = self._copied[partition].standing.position
        beyond = {
            self._reached(one, place.number) for one in self._copied if any(one.topic == of.topic for of in stages)
        }
        partitions = sum(one.topic == place.topic for one in self._copied)
        session, opened = await self._store.open(partition, Log(begin, ENDLESS, ""))
        intake = SourceIntake(self._plan, Origin(*place, partitions), opened)
        fold = PartitionFold(partition, intake, session, opened.standing, await self._values(partition))
        return SourceLog(place, fold, begin, sorted({position, *(one for one in beyond if one > position)}), position)

    async def _begun(self, partition: Partition, begin: int, intake: Intake) -> PartitionFold:
        session, opened = await self._store.open(partition, Log(begin, ENDLESS, ""))
        return PartitionFold(partition, intake, session, opened.standing, {})

    async def _values(self, partition: Partition) -> Rows:
        """The values that measures go on to tell apart, which are the same in what is new of them."""
        part = next(one for one in self._found.partners() if one.topics[1] == partition.topic)
        found: Rows = {}
        for space in part.values():
            found[space] = {}
            async for fields in self._stores.copier.fields(partition, names.records_name(space)):
                found[space] |= {value.decode(): row for value, row in fields.items()}
        return found

    def _reached(self, stage: Partition, number: int) -> int:
        """Up to where a stage that was copied has what a source partition sent it."""
        return next((one.next for one in self._copied[stage].standing.reached if one.partition == number), 0)

    def _compared(self, events: int, whole: Sequence[Partition]) -> Backfilled:
        """With what became of the same events before, in logs that were read from their beginning."""
        refused = accepted = missing = 0
        for one in whole:
            before, now = self._copied[one].totals, self._store.everything(one).totals
            more = now.get("counted", 0) - before.get("counted", 0)
            less = _handled(before) - _handled(now)
            refused, accepted, missing = refused + max(0, -more - less), accepted + max(0, more), missing + max(0, less)
        return Backfilled(events, refused, accepted, missing)

    async def _put(self, part: Part, partition: Partition) -> None:
        found = self._store.everything(partition)
        await self._put_cells(partition, found.cells)
        await self._put_records(part, partition, found.records)
        held = self._copied[partition]
        new = {name: number for name, number in found.totals.items() if "|" in name and name.split("|")[1]}
        self._copied[partition] = msgspec.structs.replace(held, totals=new | held.totals)

    async def _put_cells(self, partition: Partition, cells: Mapping[str, Mapping[int, Mapping[str, int]]]) -> None:
        for series, keys in cells.items():
            await self._attempt.check()
            for number, fields in keys.items():
                row = [(field.encode(), b"%d" % delta) for field, delta in fields.items() if delta]
                for begin in range(0, len(row), AT_ONCE):
                    several = dict(row[begin : begin + AT_ONCE])
                    await self._stores.copier.put(partition, names.cells_name(series, number), several)

    async def _put_records(self, part: Part, partition: Partition, spaces: Mapping[str, Mapping[str, bytes]]) -> None:
        """Values that were told apart before stay as they are."""
        places, known = places_of(part.after, _part_of(self._plan, part)), part.values()
        for space, records in spaces.items():
            if space in known:
                continue
            name, rows = names.records_name(space), [(entity.encode(), row) for entity, row in records.items()]
            for begin in range(0, len(rows), AT_ONCE):
                await self._attempt.check()
                several = dict(rows[begin : begin + AT_ONCE])
                if space in places:
                    there = await self._there(partition, name, several)
                    several = {one: beside(there[one], row, *places[space]) for one, row in several.items()}
                elif space == RESTATED:
                    there = await self._there(partition, name, several)
                    several = {one: row for one, row in several.items() if there[one] is None}
                await self._stores.copier.put(partition, name, several)

    async def _there(self, partition: Partition, name: str, rows: Mapping[bytes, bytes]) -> dict[bytes, bytes | None]:
        """What was copied under the same names."""
        return dict(zip(rows, await self._stores.copier.some(partition, name, list(rows)), strict=True))


def _handled(totals: Mapping[str, int]) -> int:
    """The events of a partition, whatever became of them."""
    return sum(totals.get(outcome, 0) for outcome in get_args(Outcome))


def _part_of(plan: Plan, part: Part) -> SourcePlan:
    topic = part.topics[1]
    return plan.sources[topic] if topic in plan.sources else plan.stages[topic].plan
