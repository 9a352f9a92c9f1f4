"""What a batch says of itself is true in whatever order seeks, fetches and rebalances come."""

import asyncio
import inspect
import random
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import NoOffsetForPartitionError, OffsetOutOfRangeError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from schemas.events.needs import Raw, RawRecord
from streams.worker import transport
from streams.worker.app import _fold
from streams.worker.transport import BatchConsumer, ConsumerThread, FetchedBatch
from tests.streams.worker.fakes import PLACE, batch, told

MARKERS = {3, 7, 8}
END = 12


class Assigned:
    """aiokafka's state of one partition in one assignment."""

    def __init__(self) -> None:
        self.position, self.has_valid_position = 0, False


class Kafka:
    """As much of an aiokafka consumer as the thread touches; a fetch takes as long as it is told to."""

    _closed = False

    def __init__(self) -> None:
        self._subscription = SimpleNamespace(subscription=None)
        self.answers = True
        self._client = SimpleNamespace(force_metadata_update=self.update)
        self._fetcher = self
        self._subscriptions = self
        self.taken = 3
        self.gate = asyncio.Event()
        self.fault: BaseException | None = None
        self.assign()

    def assign(self) -> None:
        """A rebalance: a new state, without a position."""
        state = Assigned()
        assignment = SimpleNamespace(tps={PLACE}, state_value=lambda _: state)
        self._subscription.subscription = SimpleNamespace(assignment=assignment)
        self.state = state

    async def update(self) -> bool:
        return self.answers

    def seek(self, _: TP, offset: int) -> None:
        self.state.position, self.state.has_valid_position = offset, True

    def fetch_context(self) -> Any:
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    async def fetched_records(self, *_: object, **__: object) -> dict[TP, list[Raw]]:
        await self.gate.wait()
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        if not self.state.has_valid_position:
            return {}
        first, self.state.position = self.state.position, min(self.state.position + self.taken, END)
        records: list[Raw] = [
            RawRecord(n, 0, None, b"", ()) for n in range(first, self.state.position) if n not in MARKERS
        ]
        return {PLACE: records} if records else {}


class Thread(ConsumerThread):
    """Without a thread."""

    def __init__(self, kafka: Kafka) -> None:
        self._consumer, self.runs = kafka, {}
        self.consumer: Any = SimpleNamespace(flow_active=True)

    async def fetch(self) -> list[FetchedBatch]:
        fetched = await self._fetch_records(self._consumer, {PLACE})
        return [one for batches in fetched.values() for one in batches]


@pytest.fixture
def kafka() -> Kafka:
    return Kafka()


def says(one: FetchedBatch) -> tuple[int, int, object, list[int]]:
    return one.first, one.next, one.stamp, [raw.offset for raw in one.raws]


def test_a_fetch_that_began_before_a_seek_says_what_the_seek_set(kafka: Kafka) -> None:
    async def story() -> None:
        thread = Thread(kafka)
        await thread._start_runs({PLACE: (0, "old")})
        fetching = asyncio.create_task(thread.fetch())
        await asyncio.sleep(0)
        await thread._start_runs({PLACE: (4, "new")})
        kafka.gate.set()
        (one,) = await fetching
        assert says(one) == (4, 7, "new", [4, 5, 6])

    told(story())


def test_offsets_without_events_are_handed_out_too(kafka: Kafka) -> None:
    async def story() -> None:
        thread = Thread(kafka)
        kafka.gate.set()
        kafka.taken = 1
        await thread._start_runs({PLACE: (3, "one")})
        (one,) = await thread.fetch()
        assert says(one) == (3, 4, "one", [])
        assert (one.offset, one.value) == (3, one)

    told(story())


def test_nothing_is_handed_out_of_a_new_assignment_before_its_seek(kafka: Kafka) -> None:
    async def story() -> None:
        thread = Thread(kafka)
        kafka.gate.set()
        await thread._start_runs({PLACE: (0, "one")})
        kafka.assign()
        kafka.seek(PLACE, 6)  # to what was committed to Kafka, which aiokafka does by itself
        assert await thread.fetch() == []
        started = await thread._start_runs({PLACE: (2, "two"), TP("lost", 1): (0, "lost")})
        assert started == {PLACE}
        (one,) = await thread.fetch()
        assert says(one) == (2, 5, "two", [2, 4])

    told(story())


def test_in_any_order_of_seeks_fetches_and_rebalances_each_run_is_without_gap_and_each_batch_true(kafka: Kafka) -> None:
    async def story() -> None:
        chance, thread = random.Random(1), Thread(kafka)
        kafka.gate.set()
        stood: dict[int, int] = {}
        for number in range(3_000):
            match chance.randrange(8):
                case 0:
                    position = chance.randrange(END)
                    await thread._start_runs({PLACE: (position, number)})
                    stood = {number: position}
                case 1:
                    kafka.assign()
                    stood = {}
                case 2:
                    kafka.seek(PLACE, chance.randrange(END)) if not kafka.state.has_valid_position else None
                case _:
                    kafka.taken = chance.randrange(1, 4)
                    for first, following, stamp, offsets in map(says, await thread.fetch()):
                        assert stood[stamp] == first < following  # type: ignore[index]  # no batch of an older run
                        assert offsets == [n for n in range(first, following) if n not in MARKERS]
                        stood[stamp] = following  # type: ignore[index]

    told(story())


@pytest.mark.parametrize(("fault", "void"), [(OffsetOutOfRangeError({}), True), (NoOffsetForPartitionError(), False)])
def test_after_a_fault_all_is_void_until_the_next_seek_unless_nothing_can_have_moved(
    kafka: Kafka,
    fault: Exception,
    void: bool,  # noqa: FBT001 a parameter of the test
) -> None:
    async def story() -> None:
        thread = Thread(kafka)
        kafka.gate.set()
        await thread._start_runs({PLACE: (0, "one")})
        kafka.fault = fault
        with pytest.raises(type(fault)):
            await thread.fetch()
        assert (await thread.fetch() == []) is void

    told(story())


def test_a_broker_that_no_longer_knows_a_partition_voids_what_is_fetched_until_the_next_seek(kafka: Kafka) -> None:
    async def story() -> None:
        thread = Thread(kafka)
        kafka.gate.set()
        await thread._start_runs({PLACE: (0, "one")})
        assert await thread._doubting(kafka._client.force_metadata_update)()
        assert await thread.fetch() == []
        await thread._start_runs({PLACE: (3, "two")})
        assert len(await thread.fetch()) == 1

    told(story())


def test_where_no_broker_answers_the_next_is_asked_only_after_a_pause(
    kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asked() -> list[float]:
        paused: list[float] = []

        async def pause(seconds: float) -> None:
            paused.append(seconds)

        monkeypatch.setattr(
            transport, "asyncio", SimpleNamespace(create_task=asyncio.create_task, sleep=pause, Task=asyncio.Task)
        )
        thread = Thread(kafka)
        for answers in (True, False):
            kafka.answers = answers
            assert await thread._doubting(kafka._client.force_metadata_update)() is answers
        return paused

    assert asyncio.run(asked()) == [transport.UNANSWERED_S]


def test_the_agent_leaves_out_what_was_handed_out_before_the_last_seek() -> None:
    class Taking:
        over = False

        def __init__(self) -> None:
            self.took: list[int] = []

        async def put(self, one: FetchedBatch) -> None:
            self.took.append(one.first)

    async def stream(*batches: FetchedBatch) -> Any:
        for one in batches:
            yield one

    old, new = Taking(), Taking()
    sessions = SimpleNamespace(get=lambda _: new)
    asyncio.run(_fold(sessions)(stream(batch(0, 3, old), batch(3, 6, new), batch(6, 9, None))))  # type: ignore[arg-type]
    assert (old.took, new.took) == ([], [3])


def test_what_is_overridden_is_there_to_be_overridden() -> None:
    for name in ("_fetch_records", "_create_worker_consumer"):
        assert name in vars(driver.AIOKafkaConsumerThread)
    for name in ("_getmany", "seek_to_committed", "_new_offset", "_add_gap", "on_partitions_revoked"):
        assert any(name in vars(base) for base in BatchConsumer.__mro__[1:])
    assert "force_metadata_update" in vars(AIOKafkaClient)


def test_what_is_set_on_the_consumer_is_what_it_starts_its_fetches_with() -> None:
    started = inspect.getsource(AIOKafkaConsumer.start)
    for name in ("isolation_level", "fetch_min_bytes", "fetch_max_wait_ms"):
        assert f"{name}=self._{name}" in started
