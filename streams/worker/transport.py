"""Faust transport: one Faust event is one fetched batch of one partition, and the state says where a partition stands.

What a batch says of itself, where it begins and where the next one does, is noted inside the consumer's own thread,
where a seek sets it and handing out records moves it, each in one step that nothing interrupts.  Reckoned anywhere
else, a seek that races with a fetch under way counts events twice.

It reaches into aiokafka (subscription states, and what ``records`` does) and overrides Faust's ``_fetch_records`` and
``_create_worker_consumer``: both are pinned, and a test sees that the patches took.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from aiokafka.consumer import fetcher
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from faust.transport.drivers import TRANSPORTS
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from schemas.events.needs import Raw
from streams.events.raws import Raws
from streams.worker.records import RawRecords, RawResult

log = logging.getLogger(__name__)
SCHEME = "batch"
FAUST_LOG = "faust.nsm"
"""What Faust says of its services in our classes is its own; it would come under our modules' names."""
FETCH_MIN_BYTES, FETCH_WAIT_MS = 1024 * 1024, 100
"""Fetch, batch and commit each have a fixed price: the broker answers when there is this much, or after so long."""
UNANSWERED_S = 0.25
"""How long nobody is asked where no broker has answered."""
Stamp = object
"""Whatever marks one seek; a batch handed out under an older one is void."""


class Run:
    """How far one assignment of one partition was handed out since its seek.  Touched only in the consumer's thread."""

    __slots__ = ("next", "stamp", "state")

    def __init__(self, state: Any, position: int, stamp: Stamp) -> None:
        self.state, self.next, self.stamp = state, position, stamp  # state: a new object for every assignment


class FetchedBatch:
    """What was handed out of one partition, offsets ``first`` up to ``next``, under the stamp of the last seek.

    ``raws`` may be empty: offsets that hold no event (aborted transactions, markers).  Has what Faust asks of a record.
    """

    __slots__ = ("first", "next", "partition", "raws", "stamp", "topic")
    timestamp = timestamp_type = headers = key = checksum = None
    serialized_key_size = serialized_value_size = 0

    def __init__(self, tp: TP, run: Run, raws: Iterable[Raw]) -> None:
        self.topic, self.partition = tp
        self.first, self.stamp, self.raws = run.next, run.stamp, Raws.of(raws)
        self.next: int = run.state.position

    @property
    def offset(self) -> int:
        """The last offset, for Faust."""
        return self.next - 1

    @property
    def value(self) -> "FetchedBatch":
        """Itself: what the agent gets."""
        return self


class Sessions(Protocol):
    """Who folds.  The transport asks it where to seek, and tells it what it has lost."""

    async def open(self, tps: Collection[TP], consumer: "BatchConsumer") -> Mapping[TP, tuple[int, Stamp]]:
        """Where each partition is to go on, and under which stamp."""

    def start(self, tps: Iterable[TP]) -> None:
        """These now get batches."""

    def close(self, tps: Iterable[TP]) -> None:
        """These are lost."""

    def applied(self, tp: TP) -> int | None:
        """The offset to commit to Kafka, which only lag tools read."""


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that owns the aiokafka consumer, and the runs."""

    logger = logging.getLogger(f"{FAUST_LOG}.thread")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.runs: dict[TP, Run] = {}

    async def on_thread_stop(self) -> None:
        """Fetches that are cancelled here end the stop where Kafka is away: there is nobody to leave then."""
        with contextlib.suppress(asyncio.CancelledError, KafkaError):
            await super().on_thread_stop()

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Faust has no settings for these
        consumer._isolation_level = "read_committed"  # noqa: SLF001
        consumer._fetch_min_bytes, consumer._fetch_max_wait_ms = FETCH_MIN_BYTES, FETCH_WAIT_MS  # noqa: SLF001
        client = consumer._client  # noqa: SLF001 - pinned
        client.force_metadata_update = self._doubting(client.force_metadata_update)
        return consumer

    def _doubting(self, update: Callable[[], Awaitable[bool]]) -> Callable[[], asyncio.Task[bool]]:
        """An update is forced where a broker no longer knows a partition, or is gone.

        A topic may have been made anew by the time it is found again, and a fetch would not say so: what comes from
        here on is void until sessions have asked again.  aiokafka asks again as soon as it is told that nobody
        answered, which took two thirds of a core: it is told a little later.
        """

        async def paced(updating: Awaitable[bool]) -> bool:
            updated = await updating
            if not updated:
                await asyncio.sleep(UNANSWERED_S)
            return updated

        def update_in_doubt() -> asyncio.Task[bool]:
            self.runs.clear()
            return asyncio.create_task(paced(update()))

        return update_in_doubt

    async def start_runs(self, starts: Mapping[TP, tuple[int, Stamp]]) -> set[TP]:
        """Seeks, and gives the partitions that are still ours.  Older batches bear other stamps."""
        started: set[TP] = await self.call_thread(self._start_runs, starts)
        return started

    async def limits(self, tps: Collection[TP]) -> dict[TP, tuple[int, int]]:
        """The first offset of each log, and the offset after its last."""
        found: dict[TP, tuple[int, int]] = await self.call_thread(
            self._limits, [driver.ensure_aiokafka_TP(tp) for tp in tps]
        )
        return found

    def _state(self, tp: TP) -> Any:
        subscription = self._ensure_consumer()._subscription.subscription  # noqa: SLF001 - pinned
        assignment = subscription.assignment if subscription is not None else None
        return assignment.state_value(tp) if assignment and tp in assignment.tps else None

    async def _start_runs(self, starts: Mapping[TP, tuple[int, Stamp]]) -> set[TP]:  # no await in here
        started = set()
        for tp, (position, stamp) in starts.items():
            if (state := self._state(tp)) is not None:
                self._ensure_consumer().seek(tp, position)
                self.runs[tp] = Run(state, position, stamp)
                started.add(tp)
        return started

    async def _limits(self, tps: list[Any]) -> dict[TP, tuple[int, int]]:
        consumer = self._ensure_consumer()
        # at once: either may wait behind a fetch under way
        begins, ends = await asyncio.gather(consumer.beginning_offsets(tps), consumer.end_offsets(tps))
        return {TP(tp.topic, tp.partition): (begins[tp], ends[tp]) for tp in tps}

    async def _fetch_records(self, *args: Any, **kwargs: Any) -> Any:
        try:
            fetched = await super()._fetch_records(*args, **kwargs)
        except NoOffsetForPartitionError:  # raised only with nothing taken out
            raise
        except BaseException:
            self.runs.clear()  # some may have moved on with nothing handed out: all is void until the next seek
            raise
        out = {}  # no await from where the records were taken out to here, nor below
        for tp, run in self.runs.items():
            state = run.state
            if state is self._state(tp) and state.has_valid_position and state.position > run.next:
                out[tp] = [FetchedBatch(tp, run, fetched.get(tp, ()))]
                run.next = state.position
        return out


class _NoReadOffset(defaultdict[TP, Any]):
    """Faust drops messages below an offset that it notes itself, on another loop than the runs.  Not here."""

    def __getitem__(self, tp: TP) -> None:
        return None


class BatchConsumer(driver.Consumer):
    """Faust's consumer; ``app.sessions`` folds."""

    _thread: ConsumerThread
    logger = logging.getLogger(f"{FAUST_LOG}.consumer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sessions: Sessions = self.app.sessions  # type: ignore[attr-defined]  # our own app's
        self._moving, self._read_offset = asyncio.Lock(), _NoReadOffset()

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _getmany(self, active_partitions: Any, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's
        try:
            return await super()._getmany(active_partitions, timeout)
        except NoOffsetForPartitionError:  # not sought yet: nobody but the state says where to go on
            return {}
        except OffsetOutOfRangeError:
            await self.reposition(self.assignment())
            return {}

    async def seek_to_committed(self) -> dict[TP, int]:
        """Faust's word for it; to where the state stands, once that answers.

        Faust does not wait for it: it gives a seek a minute and a half, and nothing is handed out before anyway.
        """
        self.add_future(self.reposition(self.assignment()))
        return {}

    async def reposition(self, tps: Iterable[TP]) -> None:
        """Goes to where the state says that these stand, under new stamps; what was handed out before is void."""
        async with self._moving:
            mine = [tp for tp in tps if tp in self.assignment()]
            starts = await self.sessions.open(mine, self) if mine else {}
            started = await self._thread.start_runs(starts)
            self.sessions.start(started)
            self.sessions.close(starts.keys() - started)  # lost to a rebalance meanwhile

    async def limits(self, tps: Collection[TP]) -> dict[TP, tuple[int, int]]:
        """The first offset of each log, and the offset after its last."""
        return await self._thread.limits(tps)

    def handed_out(self, tp: TP) -> int | None:
        """How far the partition was handed out since its last seek."""
        run = self._thread.runs.get(tp)
        return run.next if run else None

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Says what this worker shares in; what it opens is said by the sessions."""
        log.info("joined as generation %d: %d partitions are ours", generation_id, len(assigned))
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Sessions first, so that nothing more is sent for what was taken away."""
        self.sessions.close(revoked)
        await super().on_partitions_revoked(revoked)

    def _new_offset(self, tp: TP) -> int | None:
        self._acked[tp].clear()
        self._acked_index[tp].clear()
        return self.sessions.applied(tp)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Faust takes the offsets inside a batch for gaps; the state knows better."""


class Transport(driver.Transport):
    """``batch://host:port``."""

    Consumer = BatchConsumer


def install() -> None:
    """Makes Faust know the scheme, and aiokafka hand out lists.  Once a process, before the app is made."""
    fetcher.PartitionRecords, fetcher.FetchResult = RawRecords, RawResult
    TRANSPORTS.aliases[SCHEME] = f"{Transport.__module__}:{Transport.__name__}"
