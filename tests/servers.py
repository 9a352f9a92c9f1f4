"""Real Kafka and Redis as tests use them: free ports, data that is thrown away, killed and restarted at will."""

import contextlib
import itertools
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kafka.admin import KafkaAdminClient, NewTopic
from redis import Redis as RedisClient

from services.local.kafka import QUICK_JVM, Kafka, KafkaAddress
from services.local.ports import free_port
from services.local.process import Process
from services.local.redis import Redis


class KafkaServer:
    """A broker under test."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._kafka = Kafka(folder, KafkaAddress(free_port(), free_port()), settings, QUICK_JVM)
        self._process: Process | None = None
        self._numbers = itertools.count(1)

    @property
    def bootstrap(self) -> str:
        return self._kafka.address.bootstrap

    @property
    def process(self) -> Process:
        assert self._process is not None, "this broker is not running"
        return self._process

    def start(self) -> None:
        """Over the same data and port as before; returns when it serves."""
        self._process = self._kafka.start()

    def stop(self) -> None:
        self.process.end(20)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    @contextlib.contextmanager
    def admin(self) -> Iterator[KafkaAdminClient]:
        with contextlib.closing(KafkaAdminClient(bootstrap_servers=self.bootstrap)) as admin:
            yield admin

    def create_topic(self, name: str, partitions: int = 4, **settings: str) -> str:
        """Settings with underscores for dots: ``retention_ms="1"``."""
        given = {"message.timestamp.type": "LogAppendTime"}
        given |= {key.replace("_", "."): str(value) for key, value in settings.items()}
        with self.admin() as admin:
            admin.create_topics([NewTopic(name, num_partitions=partitions, replication_factor=1, topic_configs=given)])
        return name

    def new_topic(self, partitions: int = 4, **settings: str) -> str:
        """A topic under a name that no other test has."""
        return self.create_topic(f"topic-{next(self._numbers)}", partitions, **settings)

    def delete_topic(self, name: str) -> None:
        with self.admin() as admin:
            admin.delete_topics([name])


class RedisServer:
    """A Redis under test."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self._redis = Redis(folder, free_port(), settings)
        self._process: Process | None = None

    @property
    def port(self) -> int:
        return self._redis.port

    @property
    def url(self) -> str:
        return self._redis.url

    @property
    def process(self) -> Process:
        assert self._process is not None, "this Redis is not running"
        return self._process

    def client(self, **settings: Any) -> RedisClient:
        """The caller closes it."""
        return RedisClient(port=self.port, **settings)

    def start(self) -> None:
        self._process = self._redis.start()

    def stop(self) -> None:
        self.process.end()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def snapshot(self, to: Path) -> Path:
        """A copy of the data as it is now, for ``restart(rdb=...)``."""
        with contextlib.closing(self.client()) as client:
            client.save()
        shutil.copy(self.folder / "dump.rdb", to)
        return to

    def restart(self, rdb: Path | None = None) -> None:
        """As after a crash; ``rdb`` is the snapshot that it comes back with (only without appendonly)."""
        self.kill()
        if rdb is not None:
            shutil.copy(rdb, self.folder / "dump.rdb")
        self.start()
