"""The sessions of the partitions that this worker owns: opened, ended and opened again.

fault                                   what is done
────────────────────────────────────    ──────────────────────────────────────────────
Moved, the store or Kafka is away       the session ends; another begins, after a growing pause
anything else (LogError, Unfit, a bug)  the process stops with exit code 1 and says why
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

from aiokafka.errors import KafkaError
from faust.types import TP

from schemas.errors import LogError, Moved, NsmError, in_words
from streams.plan import INTERNAL_PARTITIONS, Plan
from streams.rekeying.messages import Origin
from streams.state import refusals
from streams.state.port import Log, Opened, Partition, Store
from streams.worker.intake import Intake, SourceIntake, StageIntake
from streams.worker.session import Outlets, Session
from streams.worker.transport import BatchConsumer

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
CALM_S = 30.0
"""A session that lasted this long makes the next pause short again."""
WATCH_S, LONGEST_LOOK_S = 6.0, 30.0
STALLED_S = 60.0
DRAIN_S, CLOSE_S = 10.0, 2.0


class TopicFacts(NamedTuple):
    """Kafka's own id of a topic, by which one made anew is told from the one before, and its partitions."""

    id: str
    partitions: int


class Topics(Protocol):
    """What Kafka knows of topics."""

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        """Of each; raises KafkaError while Kafka does not answer or a topic is not there."""


class OwnedSessions:
    """Where the transport asks where to seek, and the agents where to bring batches."""

    def __init__(self, plan: Plan, store: Store, outlets: Outlets, topics: Topics, stop: Callable[[str], None]) -> None:
        self._plan, self._store, self._outlets, self._topics, self._stop = plan, store, outlets, topics, stop
        self._stages = plan.stages
        self._open: dict[TP, tuple[Session, asyncio.Task[None] | None]] = {}
        self._applied: dict[TP, int] = {}
        self._pause_s: dict[TP, float] = {}
        self._again: set[asyncio.Task[None]] = set()
        self._ids: dict[str, str] = {}
        self._consumer: BatchConsumer | None = None

    def get(self, tp: TP) -> Session | None:
        """The session that stands open for this partition."""
        found = self._open.get(tp)
        return found[0] if found else None

    def applied(self, tp: TP) -> int | None:
        """How far the partition is committed."""
        session = self.get(tp)
        return session.committed if session else self._applied.get(tp)

    async def open(self, tps: Collection[TP], consumer: BatchConsumer) -> Mapping[TP, tuple[int, Session]]:
        """New sessions where the state stands; the stamp of each is the session itself.

        Waits for who does not answer.
        """
        self._consumer = consumer
        pause = FIRST_PAUSE_S
        while True:
            self.close(tps)
            try:
                try:
                    return await self._opened(tps, consumer)
                except LogError:  # another worker may have gone past the end that we were told
                    return await self._opened(tps, consumer)
            except self._waited_out as fault:
                log.warning("state or log away, trying again in %.1f s: %s", pause, in_words(fault))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            except NsmError as error:
                self._stop(str(error))
                raise

    async def limits(self, tps: Collection[TP]) -> Mapping[TP, tuple[int, int]]:
        """First offset and end of each log, ours or not; nothing before anything was opened."""
        return {} if self._consumer is None else await self._consumer.limits(tps)

    def start(self, tps: Iterable[TP]) -> None:
        """Lets these fold; one that a rebalance has closed meanwhile is gone already."""
        for tp in tps:
            if (session := self.get(tp)) is not None:
                task = asyncio.create_task(self._run(session))
                self._open[tp] = session, task

    def close(self, tps: Iterable[TP]) -> None:
        """Ends these at once; what was under way is void."""
        for tp in tps:
            session, task = self._open.pop(tp, (None, None))
            if session is not None:
                self._applied[tp] = session.committed
                session.close()
                if task is not None:
                    task.cancel()

    async def watch(self) -> None:
        """Looks at Kafka now and then, as nobody else asks: may this worker go on, and does it?"""
        stood: dict[TP, tuple[int, float]] = {}
        said = ""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                await asyncio.wait_for(self._check_topics(), LONGEST_LOOK_S)
                await asyncio.wait_for(self._check_progress(stood), LONGEST_LOOK_S)
            except LogError as error:
                self._stop(str(error))
            except self._waited_out as fault:
                stood.clear()
                said, before = _told(fault), said
                if said != before:
                    log.warning("waiting: %s", said)
            else:
                if said:
                    log.info("no longer waiting")
                said = ""

    async def _check_topics(self) -> None:
        """A topic that was made anew, or has grown, is taken away and given back in silence."""
        facts = await self._topics.facts([*self._plan.sources, *self._stages])
        for topic, fact in facts.items():
            known = self._ids.get(topic, fact.id)
            if known != fact.id:
                raise refusals.other_topic(Partition(self._plan.version, topic, 0), Log(0, 0, fact.id), known)
            await self._check_partitions(topic, fact.partitions)

    async def _check_progress(self, stood: dict[TP, tuple[int, float]]) -> None:
        """Stops a worker whose position stands still while its log has grown: consumers are known to fall silent."""
        if self._consumer is None or not self._open:
            return
        now = asyncio.get_running_loop().time()
        for tp, (_, end) in (await self._consumer.limits(list(self._open))).items():
            session = self.get(tp)
            if session is None or session.over or session.committed >= end:
                stood.pop(tp, None)
            elif stood.get(tp, (None, 0.0))[0] != session.committed:
                stood[tp] = session.committed, now
            elif now - stood[tp][1] > STALLED_S:
                self._stop(f"{tp.topic}[{tp.partition}] stands at {session.committed} while its log has grown to {end}")

    async def drain(self) -> None:
        """Lets each finish and commit the batch it works on, then closes all."""
        for task in self._again:
            task.cancel()
        for session, _ in self._open.values():
            session.stop()
        tasks = [task for _, task in self._open.values() if task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN_S)
        self.close(list(self._open))
        with contextlib.suppress(*self._waited_out):
            await asyncio.wait_for(self._outlets.dead_letters.close(), CLOSE_S)
        with contextlib.suppress(*self._waited_out):
            await asyncio.wait_for(self._outlets.internal.close(), CLOSE_S)

    @property
    def _waited_out(self) -> tuple[type[BaseException], ...]:
        return (Moved, KafkaError, OSError, TimeoutError, *self._store.away)

    async def _opened(self, tps: Collection[TP], consumer: BatchConsumer) -> Mapping[TP, tuple[int, Session]]:
        facts = await self._topics.facts({tp.topic for tp in tps})
        for topic, fact in facts.items():
            await self._check_partitions(topic, fact.partitions)
        limits = await consumer.limits(tps)
        starts = {}
        for tp in tps:
            begin, end = limits[tp]
            partition = Partition(self._plan.version, tp.topic, tp.partition)
            state, opened = await self._store.open(partition, Log(begin, end, facts[tp.topic].id))
            session = Session(tp, self._intake(tp, facts[tp.topic], opened), state, opened, self._outlets)
            self._open[tp], self._ids[tp.topic] = (session, None), facts[tp.topic].id
            starts[tp] = opened.standing.position, session
            log.info("opened %s[%d] at %d", tp.topic, tp.partition, opened.standing.position)
        return starts

    def _intake(self, tp: TP, facts: TopicFacts, opened: Opened) -> Intake:
        if tp.topic in self._stages:
            return StageIntake(self._plan, tp.topic)
        return SourceIntake(self._plan, Origin(*tp, facts.partitions), opened)

    async def _check_partitions(self, topic: str, number: int) -> None:
        """Keys move when a topic grows, records stay: a first order would count twice."""
        if topic in self._stages and number != INTERNAL_PARTITIONS:
            raise LogError(
                f"{topic} has {number} partitions, but internal topics have {INTERNAL_PARTITIONS}: entities would "
                "lie in others than they are looked for in.  Delete the topic and let the worker make it."
            )
        fixed = await self._store.fix_partitions(self._plan.version, topic, number)
        if fixed != number:
            message = (
                f"{topic} has {number} partitions, but this version of the definition counts it with {fixed}: "
                "entities would move away from what is remembered of them.  "
                "Count a grown topic under a new version of the definition."
            )
            raise LogError(message)

    async def _run(self, session: Session) -> None:
        """Everything that a session can end in is decided here."""
        tp, began, loop = session.tp, asyncio.get_running_loop().time(), asyncio.get_running_loop()
        consumer = self._consumer
        if consumer is None:  # nothing is started before it was opened
            return
        try:
            await session.run(consumer.handed_out)
        except self._waited_out as fault:
            if loop.time() - began > CALM_S:
                self._pause_s.pop(tp, None)
            pause = self._pause_s.get(tp, FIRST_PAUSE_S)
            self._pause_s[tp] = min(2 * pause, LONGEST_PAUSE_S)
            log.warning("ended %s[%d], again in %.1f s: %s", tp.topic, tp.partition, pause, _told(fault))
            self._applied[tp] = session.committed
            session.close()
            again = asyncio.create_task(self._reopen(session, pause, consumer))
            self._again.add(again)
            again.add_done_callback(self._again.discard)
        except asyncio.CancelledError:
            raise
        except BaseException as fault:  # noqa: BLE001 - as below
            self._give_up(f"{tp.topic}[{tp.partition}]", fault)

    def _give_up(self, where: str, fault: BaseException) -> None:
        """No attempt would do better: the process stops and says why."""
        if not isinstance(fault, NsmError):
            log.error("bug in %s", where, exc_info=fault)
        self._stop(f"{where}: {_told(fault)}")

    async def _reopen(self, session: Session, pause: float, consumer: BatchConsumer) -> None:
        """With whatever else waits to be opened: each seek asks Kafka, which answers behind a fetch under way."""
        await asyncio.sleep(pause)
        if self.get(session.tp) is session:
            waiting = [tp for tp, (one, _) in self._open.items() if one.over]
            self.close(waiting)  # nobody else opens them now
            try:
                await consumer.reposition(waiting)
            except NsmError:
                return  # already said
            except Exception as fault:  # noqa: BLE001 - nobody else would hear of it
                self._give_up(", ".join(f"{tp.topic}[{tp.partition}]" for tp in waiting), fault)


def _told(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__
