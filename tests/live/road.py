"""The whole road under test: a topic in a real Kafka, worker processes, a real Redis; what was counted, what is right.

Right is what one fold in memory makes of the very log that Kafka holds, partition by partition.
"""

import asyncio
import contextlib
import itertools
import random
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from hiredis import HiredisError
from kafka import KafkaConsumer, TopicPartition

from schemas.definition.loading import load
from schemas.events.needs import Raw, RawRecord
from schemas.names import MISKEYED_KINDS, late_series, miskeyed_total
from services.local.process import Process
from services.publisher.publisher import Publisher
from services.publisher.sending import publish_lines
from streams.cells import Cells
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings
from streams.restating.restated import Restating
from streams.state.port import KeySpan, Partition, Snapshot, Standing
from streams.state.redis import RedisReader
from tests.servers import KafkaServer, RedisServer
from tests.streams.folding import PartitionFold, fold_log, the_source

ROOT = Path(__file__).resolve().parents[2]
EVERY_KEY = KeySpan(None, 2**40)
PATIENCE_S = 60.0
SHORT = "import streams.worker.app as app\napp.SESSION_TIMEOUT_S, app.POLL_RECORDS = 2.0, 500\n"
"""Put before a worker's own code: a dead one is missed sooner, and batches are small, so that faults fall into work."""
ORDERS = """\
company: Test
time_zone: Europe/Amsterdam
events: {topic: TOPIC, keyed_by: user_id, lateness: 400d, dedupe: 1h}
measures:
  orders:        {count: order}
  revenue:       {sum: order.amount, unit: EUR, decimals: 2}
  customers:     {distinct: user_id, of: order}
  first_orders:  {first: order, by: user_id}
  repeat_orders: {repeat: order, by: user_id, within: 30d}
metrics:
  orders:        {measure: orders, window: [{calendar: day}, lifetime]}
  revenue:       {measure: revenue, window: lifetime}
  customers:     {measure: customers, window: [{calendar: month}, {rolling: 7d}, lifetime]}
  new_customers: {measure: first_orders, window: [{calendar: day}, lifetime]}
  repeats:       {ratio: [repeat_orders, customers], window: [{calendar: month}, lifetime]}
north_star: {metric: repeats}
"""


def orders(number: int, first: int = 0) -> list[bytes]:
    """Events of 2025, in no order of time, of three hundred customers."""
    chance = random.Random(first)
    return [
        b'{"event_id":"e%d","event":"order","user_id":"u%d","time":%d,"amount":%d.%d5}'
        % (n, chance.randrange(300), 1_735_689_600_000 + chance.randrange(360 * 86_400_000), n % 90, n % 10)
        for n in range(first, first + number)
    ]


class Worker(NamedTuple):
    """A worker process."""

    process: Process

    def log(self) -> str:
        return self.process.log.read_text(encoding="utf-8", errors="replace")

    def says(self, *words: str, within_s: float = PATIENCE_S) -> None:
        """Waits until a line of its log holds all of these."""

        def said() -> bool:
            return any(all(word in line for word in words) for line in self.log().splitlines())

        until(said, lambda: f"{words} was not said:\n{self.process.last_lines()}", within_s)

    def ends(self, within_s: float = PATIENCE_S) -> int:
        """Its exit code, once it has ended by itself."""
        until(lambda: self.process.exit_code() is not None, lambda: f"runs:\n{self.process.last_lines()}", within_s)
        code = self.process.exit_code()
        assert code is not None
        return code


class Road:
    """One definition over a topic of its own."""

    def __init__(
        self, kafka: KafkaServer, redis: RedisServer, folder: Path, text: str = ORDERS, partitions: int = 4
    ) -> None:
        self.kafka, self.redis, self.folder = kafka, redis, folder
        self.topic = kafka.new_topic(partitions)
        self.file = folder / f"{self.topic}.yaml"
        self.file.write_text(text.replace("TOPIC", self.topic), encoding="utf-8")
        self.plan: Plan = compile_plan(load(self.file))
        self.source = the_source(self.plan)
        self.workers: list[Worker] = []

    def start(self, before: str = SHORT) -> Worker:
        """A worker as ``nsm worker`` is, with Python code run before it."""
        command = [sys.executable, "-m", "services.cli", "worker", str(self.file)]
        if before:
            code = f"{before}\nimport sys\nfrom services.cli.main import main\nsys.exit(main())"
            command = [sys.executable, "-c", code, "worker", str(self.file)]
        environment = {"NSM_KAFKA": self.kafka.bootstrap, "NSM_REDIS": self.redis.url, "PYTHONPATH": str(ROOT)}
        log = self.folder / f"{self.topic}-worker-{len(self.workers)}.log"
        worker = Worker(Process(command, log, environment))
        self.workers.append(worker)
        return worker

    def close(self) -> None:
        """Ends the workers, frozen ones too."""
        for worker in self.workers:
            worker.process.kill()

    def publish(self, lines: Iterable[bytes], rate: float | None = None) -> int:
        """As ``nsm publish`` does; returns when Kafka has them all."""
        with Publisher(self.kafka.bootstrap, self.source.source) as publisher:
            return publish_lines(lines, publisher, rate).count

    def standings(self) -> dict[int, Standing]:
        """Where each partition's fold stands in Redis; nowhere while that is away."""
        try:
            return dict(asyncio.run(self._standings()))
        except (OSError, HiredisError):
            return {}

    async def _standings(self) -> list[tuple[int, Standing]]:
        async with self.reader() as reader:
            number = (await reader.partitions(self.plan.version)).get(self.topic, 0)
            found = [(n, await reader.standing(Partition(self.plan.version, self.topic, n))) for n in range(number)]
        return [(n, standing) for n, standing in found if standing is not None]

    def position(self) -> int:
        """The sum over all partitions."""
        return sum(standing.position for standing in self.standings().values())

    def until_work(self) -> None:
        """Waits until something more is committed."""
        before = self.position()

        def moved() -> bool:
            self.none_stopped()
            return self.position() != before

        until(moved, lambda: f"stands still at {before}\n{self.last_words()}")

    def until_read(self, within_s: float = PATIENCE_S) -> None:
        """Waits until Redis stands at the end of every log."""
        with self.consumer() as consumer:
            partitions = _partitions(consumer, self.topic)
            ends = {tp.partition: end for tp, end in consumer.end_offsets(partitions).items()}

        def stands() -> dict[int, int]:
            self.none_stopped()
            return {n: standing.position for n, standing in self.standings().items()}

        until(lambda: stands() == ends, lambda: f"{stands()} of {ends}\n{self.last_words()}", within_s)

    def none_stopped(self) -> None:
        """A worker that stopped by itself is not waited for."""
        assert not any(worker.process.exit_code() == 1 for worker in self.workers), self.last_words()

    def counted(self) -> int:
        """Events that count, over all partitions."""
        return sum(snapshot.totals.get("counted", 0) for snapshot in self.snapshots().values())

    def last_words(self) -> str:
        """The ends of the logs of the last workers."""
        return "\n---\n".join(f"{w.process.log.name}:\n{w.process.last_lines()}" for w in self.workers[-3:])

    def snapshots(self) -> dict[int, Snapshot]:
        """All that was counted, as a reader gets it, by partition."""
        return dict(asyncio.run(self._snapshots()))

    async def _snapshots(self) -> list[tuple[int, Snapshot]]:
        wanted = {series.name: [EVERY_KEY] for series in self.plan.series.values()}
        wanted |= {late_series(name): [EVERY_KEY] for name in wanted}
        async with self.reader() as reader:
            number = (await reader.partitions(self.plan.version)).get(self.topic, 0)
            found = [
                (n, await reader.snapshot(Partition(self.plan.version, self.topic, n), wanted)) for n in range(number)
            ]
        return [(n, snapshot) for n, snapshot in found if snapshot is not None]

    @contextlib.asynccontextmanager
    async def reader(self) -> AsyncIterator[RedisReader]:
        reader = RedisReader(self.redis.url)
        try:
            yield reader
        finally:
            await reader.close()

    def readings(self) -> Readings:
        """The service's, over all partitions."""
        snapshots = self.snapshots().values()
        as_of = AsOf(min(s.standing.watermark for s in snapshots), min(s.standing.floor for s in snapshots))
        return Readings(self.plan, Cells.of(snapshots), as_of)

    @contextlib.contextmanager
    def consumer(self) -> Iterator[KafkaConsumer]:
        consumer = KafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap, enable_auto_commit=False, isolation_level="read_committed"
        )
        with contextlib.closing(consumer):
            yield consumer

    def records(self, topic: str) -> dict[int, list[Raw]]:
        """What a topic holds, by partition in the order of its log; aborted transactions left out."""
        with self.consumer() as consumer:
            partitions = _partitions(consumer, topic)
            consumer.assign(partitions)
            consumer.seek_to_beginning(*partitions)
            ends, deadline = consumer.end_offsets(partitions), time.monotonic() + PATIENCE_S
            found: dict[int, list[Raw]] = {tp.partition: [] for tp in partitions}
            while any(consumer.position(tp) < ends[tp] for tp in partitions):
                assert time.monotonic() < deadline, f"{topic} could not be read to its end"
                for tp, records in consumer.poll(timeout_ms=200, max_records=20_000).items():
                    found[tp.partition] += [
                        RawRecord(r.offset, r.timestamp, r.key, r.value, tuple(r.headers)) for r in records
                    ]
            return found

    def right(self) -> dict[int, PartitionFold]:
        """What the log of each partition comes to, and what came late in it."""
        restating = Restating(self.plan, self.source, counts=True)
        return {n: fold_log(self.source, log, restating=restating) for n, log in self.records(self.topic).items()}

    def differences(self) -> list[str]:
        """Where Redis and one fold in memory differ, cell by cell; the first few of each partition."""
        counted, told = self.snapshots(), []
        for n, right in self.right().items():
            if n not in counted:
                told.append(f"[{n}] was never counted")
                continue
            ours, theirs = _flat(counted[n]), _flat(right.snapshot())
            wrong = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key, 0) != theirs.get(key, 0))
            told += [f"[{n}] {key}: {ours.get(key, 0)}, not {theirs.get(key, 0)}" for key in wrong[:5]]
            told += [f"[{n}] ... {len(wrong)} in all"] if wrong else []
        return told


MakeRoad = Callable[..., Road]


def _flat(snapshot: Snapshot) -> dict[str, int]:
    """Totals, times and cells in one; the position is left out: a log may end in offsets that hold no event.

    So is what keys are told: a fold in memory sees events, not messages.
    """
    of_keys = set(map(miskeyed_total, MISKEYED_KINDS))
    flat = {f"total {name}": number for name, number in snapshot.totals.items() if name not in of_keys}
    standing = snapshot.standing
    flat |= {"floor": standing.floor, "clock": standing.clock, "watermark": standing.watermark}
    for series, keys in snapshot.cells.items():
        for field, number in itertools.chain.from_iterable(fields.items() for fields in keys.values()):
            flat[f"{series} {field}"] = number
    return flat


def _partitions(consumer: KafkaConsumer, topic: str) -> list[TopicPartition]:
    numbers = consumer.partitions_for_topic(topic)
    assert numbers, f"no topic {topic}"
    return [TopicPartition(topic, number) for number in sorted(numbers)]


def until(done: Callable[[], bool], why: Callable[[], str], within_s: float = PATIENCE_S) -> None:
    """Looks again and again; fails with what ``why`` says when it takes too long."""
    deadline = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {why()}"
        time.sleep(0.1)


def freeze(process: Process, seconds: float) -> None:
    """Stops a process for a while, as a long pause of its machine does."""
    process.signal(signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        process.signal(signal.SIGCONT)


def endless() -> Iterator[bytes]:
    """As ``orders``, without end."""
    return itertools.chain.from_iterable(orders(100, first) for first in itertools.count(0, 100))


@contextlib.contextmanager
def busy(road: Road, lines: Iterable[bytes], rate: float) -> Iterator[None]:
    """Publishes beside what the body does: of a list, all, the last tenth held back until the body is done; else as
    much as comes until then.
    """
    done = threading.Event()

    def coming() -> Iterator[bytes]:
        if isinstance(lines, list):
            tail = len(lines) // 10
            yield from lines[:-tail]
            done.wait()
            yield from lines[-tail:]
        else:
            yield from itertools.takewhile(lambda _: not done.is_set(), lines)

    publishing = threading.Thread(target=road.publish, args=(coming(), rate))
    publishing.start()
    try:
        yield
    finally:
        done.set()
        publishing.join()
