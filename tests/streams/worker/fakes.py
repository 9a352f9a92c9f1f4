"""What surrounds a session: a consumer that hands out when told to, Kafka's facts as set, and letters that are kept."""

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from faust.types import TP

from schemas.events.needs import Raw, Refused
from streams.plan import Plan, compile_plan
from streams.rekeying.messages import Origin
from streams.state.port import Log, Partition
from streams.worker.intake import Outgoing, SourceIntake
from streams.worker.session import Outlets, Session
from streams.worker.sessions import OwnedSessions, TopicFacts
from streams.worker.transport import FetchedBatch, Run
from tests.streams.folding import DAY, definition, event, raws, the_source

PLAN = compile_plan(definition())
SOURCE = the_source(PLAN)
TOPIC = SOURCE.source.topic
PLACE = TP(TOPIC, 0)
PARTITION = Partition(PLAN.version, TOPIC, 0)
LOG = raws([event(f"e{n}", "order", f"u{n % 7}", (n * 37 % 50) * DAY, amount=n, city="Ede") for n in range(100)])


def batch(first: int, end: int, stamp: object = None, log: list[Raw] = LOG) -> FetchedBatch:
    """The log from one offset up to another, as the transport hands it out."""
    run = Run(SimpleNamespace(position=end), first, stamp)
    return FetchedBatch(PLACE, run, [raw for raw in log if first <= raw.offset < end])


class KeptLetters:
    """Acknowledged at once."""

    def __init__(self) -> None:
        self.kept: list[tuple[TP, int]] = []
        self.closed = False

    async def send(self, tp: TP, raws: Sequence[Raw], refused: list[Refused]) -> None:
        self.kept += [(tp, raws[one.index].offset) for one in refused]

    async def close(self) -> None:
        self.closed = True


class KeptMessages:
    """Acknowledged at once."""

    def __init__(self) -> None:
        self.kept: list[Outgoing] = []
        self.closed = False

    async def send(self, outgoing: Sequence[Outgoing]) -> None:
        self.kept += outgoing

    async def close(self) -> None:
        self.closed = True


class Facts:
    """Kafka's."""

    def __init__(self) -> None:
        self.id, self.partitions, self.away = "id", 1, False

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        if self.away:
            raise ConnectionError("Kafka is away")
        return {topic: TopicFacts(self.id, self.partitions) for topic in topics}


class Consumer:
    """Hands a log out to whatever session stands open, from where that stands; ``silent`` hands out nothing."""

    def __init__(self, sessions: OwnedSessions, log: list[Raw] = LOG) -> None:
        self.sessions, self.log = sessions, log
        self.begin, self.end = 0, len(log)
        self.silent = False
        self.at: int | None = None
        self.sought: list[int] = []

    async def limits(self, tps: Collection[TP]) -> dict[TP, tuple[int, int]]:
        return dict.fromkeys(tps, (self.begin, self.end))

    def handed_out(self, _: TP) -> int | None:
        return self.at

    async def reposition(self, tps: Iterable[TP]) -> None:
        starts = await self.sessions.open(list(tps), self)  # type: ignore[arg-type]  # as much of one as is asked for
        for position, _ in starts.values():
            self.at = position
            self.sought.append(position)
        self.sessions.start(starts)

    async def hand_out(self, number: int) -> None:
        """So many records more, if a session is there to take them."""
        session = self.sessions.get(PLACE)
        if session is None or session.over or self.silent or self.at is None or self.at >= self.end:
            return
        first, self.at = self.at, min(self.at + number, self.end)
        await session.put(batch(first, self.at, session, self.log))


def told(story: Coroutine[Any, Any, None]) -> None:
    """Runs it; one that does not end is a fault, not a wait."""
    asyncio.run(asyncio.wait_for(story, 10))


async def eventually(done: Any) -> None:
    """Waits for it, two seconds at most."""
    for _ in range(400):
        if done():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come about")


async def opened(store: Any, letters: KeptLetters | None = None, plan: Plan = PLAN) -> Session:
    """A session where the store stands."""
    state, told = await store.open(Partition(plan.version, *PLACE), Log(0, len(LOG), "id"))
    outlets = Outlets(letters or KeptLetters(), KeptMessages())
    return Session(PLACE, SourceIntake(plan, Origin(*PLACE, 1), told), state, told, outlets)
