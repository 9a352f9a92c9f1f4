"""Folds what is new by itself, over what the topics hold up to where the version before was copied.

    log of a source ─▶ what is new, in memory ─┬─▶ put beside what was copied
                  └─▶ its stages, in memory ───┘   (of a stage up to where that was copied, which may be further)

Logs are read in the order of their append times, so that stages hear of all sources alike and can forget as they go.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from schemas import names
from schemas.events.needs import RawRecord
from services.definition.attempt import Attempt
from services.definition.logs import Begin, Logs, Place
from services.definition.stores import Stores
from streams.backfilling import beside, counts_nothing, only, places_of
from streams.carrying import Carrying, Part
from streams.events.raws import Raws
from streams.fold import Records, unpack
from streams.plan import Plan, SourcePlan
from streams.rekeying.messages import Origin
from streams.restating.restated import SPACE as RESTATED
from streams.state.memory import MemoryStore
from streams.state.port import NEVER, Log, Partition, Session, Standing
from streams.state.redis.copier import Held
from streams.worker.intake import Intake, Outgoing, SourceIntake, StageIntake

AT_ONCE = 1_000
"""Records that are put beside others in one go."""
CLOCKS_MS = 60_000
"""How far the clocks of a topic's brokers may lie apart."""
ENDLESS = 2**52

Told = Callable[[int, int], None]
"""How many events were read, of how many."""


class Backfilled(msgspec.Struct, frozen=True):
    """``events`` were read again; ``refused`` of those that the version before has counted do not count any more."""

    events: int = 0
    refused: int = 0


def asked(found: Carrying) -> list[str]:
    """The topics whose events what is new asks for."""
    return [topic for topic, one in only(found.new, found.begun).sources.items() if not counts_nothing(one)]


def since_ms(new: Plan, copied: Mapping[Partition, Held], begins: Mapping[Place, Begin], now_ms: int) -> int | None:
    """From when on a backfill has everything; None: from the first event that there ever was.

    What was lost was appended before what is left, and is no further ahead of its append time than its source allows.
    It is never past ``now_ms``, from when on everything is known anyhow.
    """
    whole, latest = True, NEVER
    for place, begin in begins.items():
        if begin.offset == 0:
            continue
        whole = False
        read = copied[Partition(new.version, *place)].standing.position
        if begin.appended_ms is None or begin.offset >= read:
            return now_ms
        latest = max(latest, begin.appended_ms + new.sources[place.topic].source.ahead_ms + CLOCKS_MS + 1)
    return None if whole else min(now_ms, latest)


class Backfill:
    """Of one version, once everything else of it is copied."""

    def __init__(self, found: Carrying, copied: dict[Partition, Held], stores: Stores, attempt: Attempt) -> None:
        self._found, self._copied, self._stores, self._attempt = found, copied, stores, attempt
        self._plan = only(found.new, found.begun)
        self._store = MemoryStore()

    async def run(self, logs: Logs, begins: Mapping[Place, Begin], told: Told) -> Backfilled:
        """Reads, folds, and puts it beside what was copied; adds to the totals of ``copied``."""
        sources = {place: await self._source(place, begins[place].offset) for place in begins}
        stages = {
            one: await self._fold(one, 0, StageIntake(self._plan, one.topic))
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
        refused = sum(self._refused(one) for one in sources.values() if not one.begin)
        folds = [*(one.fold for one in sources.values()), *stages.values()]
        for part in self._found.partners():
            for one in folds:
                if one.partition.topic == part.topics[1]:
                    await self._put(part, one.partition)
        return Backfilled(events, refused)

    async def _source(self, place: Place, begin: int) -> "_Source":
        partition = Partition(self._plan.version, *place)
        stages = self._plan.sources[place.topic].stages
        position = self._copied[partition].standing.position
        beyond = {
            self._reached(one, place.number) for one in self._copied if any(one.topic == of.topic for of in stages)
        }
        partitions = sum(one.topic == place.topic for one in self._copied)
        session, opened = await self._store.open(partition, Log(begin, ENDLESS, ""))
        intake = SourceIntake(self._plan, Origin(*place, partitions), opened)
        fold = _Fold(partition, intake, session, opened.standing)
        return _Source(place, fold, begin, sorted({position, *(one for one in beyond if one > position)}), position)

    async def _fold(self, partition: Partition, begin: int, intake: Intake) -> "_Fold":
        session, opened = await self._store.open(partition, Log(begin, ENDLESS, ""))
        return _Fold(partition, intake, session, opened.standing)

    def _reached(self, stage: Partition, number: int) -> int:
        """Up to where a stage that was copied has what a source partition sent it."""
        return next((one.next for one in self._copied[stage].standing.reached if one.partition == number), 0)

    def _refused(self, source: "_Source") -> int:
        """Of a log that was read from its beginning."""
        before = self._copied[source.fold.partition].totals.get("counted", 0)
        return max(0, before - self._store.everything(source.fold.partition).totals.get("counted", 0))

    async def _put(self, part: Part, partition: Partition) -> None:
        found, copier = self._store.everything(partition), self._stores.copier
        for series, keys in found.cells.items():
            await self._attempt.check()
            for number, fields in keys.items():
                row = {field.encode(): b"%d" % delta for field, delta in fields.items() if delta}
                await copier.put(partition, names.cells_name(series, number), row)
        places = places_of(part.after, _part_of(self._plan, part))
        known = part.values()
        for space, records in found.records.items():
            name, rows = names.records_name(space), [(entity.encode(), row) for entity, row in records.items()]
            for begin in range(0, len(rows), AT_ONCE):
                await self._attempt.check()
                several = dict(rows[begin : begin + AT_ONCE])
                there = dict(zip(several, await copier.some(partition, name, list(several)), strict=True))
                if space in places:
                    several = {one: beside(there[one], row, *places[space]) for one, row in several.items()}
                elif space == RESTATED:
                    several = {one: row for one, row in several.items() if there[one] is None}
                elif space in known:
                    continue
                await copier.put(partition, name, several)
        held = self._copied[partition]
        new = {name: number for name, number in found.totals.items() if "|" in name and name.split("|")[1]}
        self._copied[partition] = msgspec.structs.replace(held, totals=new | held.totals)


def _part_of(plan: Plan, part: Part) -> SourcePlan:
    topic = part.topics[1]
    return plan.sources[topic] if topic in plan.sources else plan.stages[topic].plan


class _Fold:
    """One partition in memory."""

    def __init__(self, partition: Partition, intake: Intake, session: Session, standing: Standing) -> None:
        self.partition, self.standing = partition, standing
        self._intake, self._session = intake, session

    async def take(self, raws: Raws, following: int, *, counts: bool = True) -> Sequence[Outgoing]:
        """Gives what is for stages; nothing is counted here where ``counts`` is false."""
        worked = self._intake.prepare(raws, self.standing, following)
        if counts:
            found = await self._session.read(worked.work.wanted)
            records: Records = {space: {one: unpack(row) for one, row in rows.items()} for space, rows in found.items()}
            effect = worked.work.fold(records, self.standing.floor)
            await self._session.apply(self._intake.commit(worked, effect, records))
        self.standing = worked.admitted.standing
        return worked.outgoing

    async def take_messages(self, messages: Sequence[bytes]) -> None:
        """Of a stage: as if they stood in its topic, one after the other."""
        begin = self.standing.position
        raws = Raws.of(RawRecord(n, 0, None, message) for n, message in enumerate(messages, begin))
        await self.take(raws, begin + len(messages))


class _Source(msgspec.Struct, frozen=True):
    """A log that is read from ``begin``; counted up to ``position``, then only sent on; no piece crosses a stop."""

    place: Place
    fold: _Fold
    begin: int
    stops: Sequence[int]
    position: int

    @property
    def end(self) -> int:
        return self.stops[-1]

    def pieces(self, raws: Raws, following: int) -> Iterator[tuple[Raws, int]]:
        """Records and the offset after them."""
        offsets, begin = [one.offset for one in raws], 0
        for stop in self.stops:
            if self.fold.standing.position < stop < following:
                end = bisect_left(offsets, stop)
                yield raws[begin:end], stop
                begin = end
        if following <= self.end:
            yield raws[begin:], following

    async def take(self, piece: Raws, upto: int) -> Sequence[Outgoing]:
        return await self.fold.take(piece, upto, counts=upto <= self.position)
