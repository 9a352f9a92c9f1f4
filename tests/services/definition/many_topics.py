"""Several topics of several partitions and the stages behind them, folded when told to, over any store."""

import json
import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.events.needs import RawRecord
from schemas.names import late_series
from services.definition.logs import Begin, Place
from streams.events.raws import Raws
from streams.plan import INTERNAL_PARTITIONS, Plan
from streams.rekeying.messages import Origin
from streams.state.port import Partition, Reader, Snapshot, Store
from streams.worker.sessions import TopicFacts
from tests.live.road import EVERY_KEY
from tests.services.definition.any_definition import KEYED_BY
from tests.streams.folding import DAY, HOUR
from tests.streams.worker.folding import fold_log

BEGIN = 1_740_000_000_000
DAYS = 60
A_READ = 37


class Appended(NamedTuple):
    """When, and what."""

    at_ms: int
    value: bytes


Logs = Mapping[str, Sequence[Sequence[Appended]]]
Ends = Mapping[str, Sequence[int]]
"""Of each partition of each topic."""


def any_logs(rng: random.Random, partitions: Mapping[str, int], number: int) -> Logs:
    """Late up to the lateness and past it, ahead, twice, without what is asked for, and a partition that falls idle."""
    logs: dict[str, list[list[Appended]]] = {}
    for topic, several in partitions.items():
        logs[topic] = [[] for _ in range(several)]
        idle = several > 1 and rng.random() < 0.3
        for n in range(number):
            at_ms, who, other = BEGIN + n * DAYS * DAY // number, rng.randrange(18), rng.random()
            late = rng.randrange(5 * DAY // 2) if other < 0.3 else rng.randrange(HOUR)
            one: dict[str, object] = {
                "event_id": f"e{n if rng.random() > 0.03 else max(0, n - rng.randrange(3))}",
                "event": rng.choice(["order", "order", "view", "note", "junk"]),
                "time": at_ms - late if other < 0.93 else at_ms + rng.randrange(3 * HOUR),
            }
            more = {
                KEYED_BY[topic]: f"u{who}",
                "account_id": f"a{rng.randrange(12)}",
                "amount": rng.randrange(100),
                "kilos": rng.randrange(-20, 100) / 4,
                "city": rng.choice(["Ede", "Epe", "Ens", "Elst", "Een", "Urk"]),
                "items": [{"sku": rng.choice("klmn"), "qty": rng.randrange(4)} for _ in range(rng.randrange(3))],
            }
            one |= {name: value for name, value in more.items() if rng.random() < 0.9}
            place = who % several
            if not idle or place < several - 1 or n < 4:
                logs[topic][place].append(Appended(at_ms, json.dumps(one).encode()))
    return logs


def ends_at(logs: Logs, part: float) -> dict[str, list[int]]:
    """How far the logs were when so much of the days had passed."""
    until_ms = BEGIN + part * DAYS * DAY
    return {topic: [sum(one.at_ms < until_ms for one in log) for log in several] for topic, several in logs.items()}


class ManyTopics:
    """One version over the logs."""

    def __init__(self, plan: Plan, store: Store, logs: Logs) -> None:
        self._plan, self._store, self._logs = plan, store, logs
        self._sent: dict[tuple[str, int], list[bytes]] = defaultdict(list)

    async def begin(self) -> None:
        """Every partition has a position."""
        for topic, number in self._numbers():
            await self._store.fix_partitions(self._plan.version, topic, number)
        await self.fold({topic: [0] * len(several) for topic, several in self._logs.items()})

    async def fold(self, ends: Ends, batch: int = 1000) -> None:
        """Sources up to there, then all that was sent."""
        for topic in self._plan.sources:
            for number, end in enumerate(ends[topic]):
                log = _records(self._logs[topic][number][:end])
                place = Origin(topic, number, len(self._logs[topic]))
                for out in await fold_log(self._plan, self._store, place, log, batch):
                    self._sent[out.topic, out.partition] += out.messages
        for topic in self._plan.stages:
            for number in range(INTERNAL_PARTITIONS):
                sent = [RawRecord(n, 0, None, value) for n, value in enumerate(self._sent[topic, number])]
                await fold_log(self._plan, self._store, Origin(topic, number, INTERNAL_PARTITIONS), sent, batch)

    async def snapshots(self, reader: Reader) -> dict[Place, Snapshot]:
        """All cells; stages by what they are keyed by, as their topics are named after the version."""
        wanted = {name: [EVERY_KEY] for one in self._plan.series.values() for name in (one.name, late_series(one.name))}
        stages = {one.topic: f"{one.plan.source.topic} by {one.key}" for one in self._plan.stages.values()}
        found = {}
        for topic, number in self._numbers():
            for n in range(number):
                one = await reader.snapshot(Partition(self._plan.version, topic, n), wanted)
                assert one is not None
                found[Place(stages.get(topic, topic), n)] = one
        return found

    def _numbers(self) -> Iterator[tuple[str, int]]:
        yield from ((topic, len(self._logs[topic])) for topic in self._plan.sources)
        yield from ((topic, INTERNAL_PARTITIONS) for topic in self._plan.stages)


class ManyLogs:
    """The same as a backfill reads them, once they have lost what was before these offsets."""

    def __init__(self, logs: Logs, lost: Ends) -> None:
        self._logs, self._lost = logs, lost
        self._next: dict[Place, int] = {}

    async def begins(self, places: Collection[Place]) -> Mapping[Place, Begin]:
        return {place: self._begin(place) for place in places}

    async def follow(self, begins: Mapping[Place, int]) -> None:
        self._next = dict(begins)

    async def some(self, place: Place) -> tuple[Raws, int]:
        begin, log = self._next[place], self._logs[place.topic][place.number]
        several = log[begin : begin + A_READ]
        assert several, "nothing follows"
        self._next[place] = begin + len(several)
        return Raws.of(_records(several, begin)), self._next[place]

    def _begin(self, place: Place) -> Begin:
        offset, log = self._lost[place.topic][place.number], self._logs[place.topic][place.number]
        return Begin(offset, log[offset].at_ms if 0 < offset < len(log) else None)


class KnownTopics(NamedTuple):
    """What Kafka tells of them, and of internal ones."""

    logs: Logs

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        """All are there."""

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        return {one: TopicFacts("topic-id", len(self.logs.get(one, range(INTERNAL_PARTITIONS)))) for one in topics}


def _records(log: Sequence[Appended], begin: int = 0) -> list[RawRecord]:
    return [RawRecord(n, one.at_ms, None, one.value) for n, one in enumerate(log, begin)]
