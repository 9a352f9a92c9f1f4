"""The real Kafka and Redis under the benchmark, and our processes beside them; all end with it."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from redis import Redis as RedisClient

from schemas.definition.loading import load
from services.local import install
from services.local.kafka import Kafka, KafkaAddress
from services.local.ports import free_port
from services.local.process import Process
from services.local.redis import Redis
from streams.plan import Plan, compile_plan

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PARTITIONS = 4
QUIET = {"log_level": 2}
"""librdkafka tells of every connection that ends."""
JOINING_MS = 2_000
"""How long a new group waits for its members, so that two workers begin with two partitions each."""


class BenchError(Exception):
    """A run that could not be measured."""


class Definition:
    """A definition file of its own topic."""

    def __init__(self, file: Path, topic: str) -> None:
        self.file, self.topic = file, topic
        self.plan: Plan = compile_plan(load(file))


class Parts:
    """Kafka and Redis; each run takes a topic of its own and an empty Redis."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._stack, self._runs = folder, contextlib.ExitStack(), 0
        self._kafka = Kafka(
            folder / "kafka",
            KafkaAddress(free_port(), free_port()),
            {"group.initial.rebalance.delay.ms": str(JOINING_MS)},
        )
        self._redis = Redis(folder / "redis", free_port())
        self.redis_pid = 0

    @property
    def kafka(self) -> str:
        return self._kafka.address.bootstrap

    @property
    def redis_url(self) -> str:
        return self._redis.url

    def start(self) -> None:
        """Returns when both serve."""
        self._stack.callback(self._kafka.start().kill)
        redis = self._redis.start()
        self._stack.callback(redis.kill)
        self.redis_pid = redis.pid
        self.client = RedisClient(port=self._redis.port, decode_responses=True)
        self._stack.callback(self.client.close)
        self._admin = AdminClient({"bootstrap.servers": self.kafka, **QUIET})

    def end(self) -> None:
        """Everything that was started, the last first."""
        self._stack.close()

    @contextlib.contextmanager
    def run(self, definition: str, dedupe: str = "1h") -> Iterator[Definition]:
        """An empty Redis and a new topic, which goes with the run; ids are remembered for ``dedupe``."""
        self._runs += 1
        topic = f"{definition.removesuffix('.yaml').replace('_', '-')}-{self._runs}"
        file = self.folder / f"{topic}.yaml"
        text = (HERE / definition).read_text(encoding="utf-8")
        text = text.replace("topic: w1\n", f"topic: {topic}\n").replace("dedupe: 1h\n", f"dedupe: {dedupe}\n")
        file.write_text(text, encoding="utf-8")
        with self.topic(topic):
            self.client.flushall()
            yield Definition(file, topic)

    @contextlib.contextmanager
    def topic(self, name: str) -> Iterator[str]:
        """A topic that is there as long as this lasts."""
        new = NewTopic(name, PARTITIONS, 1, config={"message.timestamp.type": "LogAppendTime"})
        for made in self._admin.create_topics([new]).values():
            made.result(30)
        try:
            yield name
        finally:
            for gone in self._admin.delete_topics([name]).values():
                gone.result(30)

    @contextlib.contextmanager
    def nsm(self, *arguments: str | Path) -> Iterator[Process]:
        """One of our commands, against these parts."""
        with self.python("services.cli", *arguments) as process:
            yield process

    @contextlib.contextmanager
    def python(self, module: str, *arguments: str | Path) -> Iterator[Process]:
        """A module as a process of its own, ended on the way out however that is taken."""
        self._runs += 1
        command = [sys.executable, "-m", module, *map(str, arguments)]
        process = Process(command, self.folder / f"{self._runs}-{module}.log", self._environment())
        try:
            yield process
        finally:
            process.end(5)

    def _environment(self) -> Mapping[str, str]:
        return {"NSM_KAFKA": self.kafka, "NSM_REDIS": self.redis_url, "PYTHONPATH": str(ROOT)}


@contextlib.contextmanager
def parts() -> Iterator[Parts]:
    """Started, over data that is thrown away."""
    install.ensure(["java", "mvn", "redis-server"])
    with tempfile.TemporaryDirectory(prefix="nsm-bench-", ignore_cleanup_errors=True) as folder:
        started = Parts(Path(folder))
        try:
            started.start()
            yield started
        finally:
            started.end()
