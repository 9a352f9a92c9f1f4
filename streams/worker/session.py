"""One partition in the hands of this worker, from a seek to the next fault.

    fetched batch ─▶ slices ─▶ decode ─▶ admit ─▶ read records ─▶ fold ─▶ dead letters acknowledged ─▶ commit
                                                                                     (one under way at a time)
    where measures are re-keyed:  ... commit before answered ─▶ all messages to stages acknowledged ─▶ commit

Whatever goes wrong ends the session, and with it all that it had cached or folded ahead; the next one begins where
the state stands.  While the state answers, other partitions compute.
"""

import asyncio
from collections.abc import Awaitable, Collection, Sequence
from typing import NamedTuple, Protocol

from faust.types import TP

from schemas.errors import Moved
from schemas.events.needs import Raw, Refused
from streams.events.raws import Raws
from streams.fold import unpack
from streams.state import port
from streams.state.port import Opened
from streams.worker.cache import RecordCache
from streams.worker.intake import Intake
from streams.worker.internal import Internal
from streams.worker.transport import FetchedBatch

CACHED_RECORDS = 100_000
"""Records that a session keeps of each space."""
BATCHES_AHEAD = 2
RECORDS_A_COMMIT = 20_000
"""What one commit carries at most, about: while it is carried out the state answers nobody else."""
IDLE_S = 1.0
FEW_EVENTS = 500
"""A commit has a fixed price, about that of a hundred events: small batches that wait are folded as one."""


class DeadLetters(Protocol):
    """Where refused events go."""

    async def send(self, tp: TP, raws: Sequence[Raw], refused: list[Refused]) -> None:
        """Returns once every one of them is acknowledged."""

    async def close(self) -> None:
        """Leaves Kafka; may be called twice."""


class Outlets(NamedTuple):
    """Where a session sends what is not for the state."""

    dead_letters: DeadLetters
    internal: Internal


class Session:
    """Folds the batches of one partition, in order."""

    def __init__(self, tp: TP, intake: Intake, state: port.Session, opened: Opened, outlets: Outlets) -> None:
        self.tp, self.over, self.committed = tp, False, opened.standing.position
        self._intake, self._state, self._outlets = intake, state, outlets
        self._standing = opened.standing
        self._cache = RecordCache(CACHED_RECORDS)
        self._queue: asyncio.Queue[FetchedBatch] = asyncio.Queue(BATCHES_AHEAD)
        self._under_way: tuple[int, Awaitable[None]] | None = None
        self._records_an_event = 1.0
        self._stood: int | None = None
        self._stopping = False

    @property
    def next(self) -> int:
        """The offset after the last that was folded, be it committed or not."""
        return self._standing.position

    async def put(self, batch: FetchedBatch) -> None:
        """Waits while enough batches wait already."""
        await self._queue.put(batch)

    def stop(self) -> None:
        """The batch at work is finished and committed, then ``run`` returns."""
        self._stopping = True

    async def run(self, handed_out: "HandedOut") -> None:
        """Until ``stop``, or until something is amiss, which is raised."""
        while not self._stopping:
            if self._queue.empty():
                await self._settle()
            try:
                batch = await asyncio.wait_for(self._queue.get(), IDLE_S)
            except TimeoutError:
                await self._look(handed_out)
            else:
                await self._work(batch)
        await self._settle()

    def close(self) -> None:
        """All that is under way is void; who waits for room in the queue must not wait for ever."""
        self.over = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._state.close()

    async def _work(self, batch: FetchedBatch) -> None:
        raws, following = self._contiguous(batch), batch.next
        while not self._queue.empty() and len(raws) < FEW_EVENTS:
            batch = self._queue.get_nowait()
            raws, following = raws + self._contiguous(batch, following), batch.next
        begin = 0
        while True:
            end = self._intake.several(raws, begin, int(RECORDS_A_COMMIT / self._records_an_event))
            await self._fold(raws[begin:end], following if end >= len(raws) else raws[end].offset)
            begin = end
            if begin >= len(raws):
                return

    def _contiguous(self, batch: FetchedBatch, reached: int | None = None) -> Raws:
        """The batch's records, if it begins where the one before ended."""
        if batch.first != (self.next if reached is None else reached):
            message = f"batch from {batch.first}, folded up to {self.next}"
            raise Moved(message)
        return batch.raws

    async def _fold(self, raws: Raws, following: int) -> None:
        worked = self._intake.prepare(raws, self._standing, following)
        admitted, work = worked.admitted, worked.work
        await self._read(self._cache.missing(work.wanted))
        effect = work.fold(self._cache.records, self._standing.floor)
        commit = self._intake.commit(worked, effect, self._cache.records)
        if raws:
            self._records_an_event = max(1.0, sum(map(len, commit.records.values())) / len(raws))
        if admitted.refused:
            await self._outlets.dead_letters.send(self.tp, raws, admitted.refused)
        await self._settle()
        if worked.outgoing:  # the commit before is answered, this one waits: whatever fails ends the session
            await self._outlets.internal.send(worked.outgoing)
        self._under_way = following, self._state.apply(commit)
        self._standing = admitted.standing

    async def _read(self, missing: dict[str, Collection[str]]) -> None:
        """Sent after the last commit, on the same connection: it sees that commit's writes."""
        if not missing:
            return
        for space, rows in (await self._state.read(missing)).items():
            self._cache.records[space].update((entity, unpack(row)) for entity, row in rows.items())

    async def _settle(self) -> None:
        """The state's answer to the commit under way; anything but success ends the session."""
        if self._under_way is not None:
            (following, answer), self._under_way = self._under_way, None
            await answer
            self.committed = following

    async def _look(self, handed_out: "HandedOut") -> None:
        """With nothing to do: do state and consumer stand where the last batch ended?"""
        await self._state.look()
        stood, self._stood = self._stood, handed_out(self.tp)
        if self._stood == stood != self.next:  # twice: the first time it may have been on its way
            message = f"handed out up to {stood}, folded up to {self.next}"
            raise Moved(message)


class HandedOut(Protocol):
    """How far the consumer has handed a partition out since its last seek."""

    def __call__(self, tp: TP) -> int | None:
        """None where there was none."""
