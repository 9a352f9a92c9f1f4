"""Real Kafka and Redis, started once a run by the first test that asks, on free ports, over data thrown away."""

import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from kafka.net.inet import KafkaNetSocket
from redis import Redis

from services.local import install
from tests.servers import KafkaServer, RedisServer

UNSAVED = {"appendonly": "no"}

settings.register_profile("here", deadline=None)  # no test fails on a time
settings.load_profile("here")

# A shell's job in the background is born deaf to Ctrl-C, and so would be all that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


class _LeftOpen(socket.socket):
    """A socket of kafka-python, which leaves it to the collector where a client is closed while it connects.

    The collector would warn in the middle of whatever test runs by then; sockets of all others still do.
    """

    def __del__(self) -> None:
        self.close()


def _socket(_: object, *about: int) -> socket.socket:
    return _LeftOpen(*about)


KafkaNetSocket.socket = _socket


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """A command that logs, run in this process, would go on logging to what was standard error in its test."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


Server = TypeVar("Server", KafkaServer, RedisServer)


@contextlib.contextmanager
def _killed_afterwards(make: Callable[[int, dict[str, str]], Server]) -> Iterator[Callable[..., Server]]:
    """Starts servers by their settings; ``make`` is told how many were made before."""
    made: list[Server] = []

    def started(**settings: str) -> Server:
        made.append(make(len(made), settings))
        made[-1].start()
        return made[-1]

    try:
        yield started
    finally:
        for server in made:
            server.kill()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """The broker that all tests of a run share; take topics of your own."""
    install.ensure(["java", "mvn"])
    server = KafkaServer(tmp_path_factory.mktemp("kafka"), {})
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Callable[..., KafkaServer]]:
    """Makes brokers that the test may stop and kill; settings with underscores for dots."""
    install.ensure(["java", "mvn"])

    def make(number: int, settings: dict[str, str]) -> KafkaServer:
        return KafkaServer(tmp_path / f"kafka-{number}", {name.replace("_", "."): v for name, v in settings.items()})

    with _killed_afterwards(make) as started:
        yield started


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """The Redis that all tests of a run share; ``redis`` gives it empty."""
    install.ensure(["redis-server"])
    server = RedisServer(tmp_path_factory.mktemp("redis"), UNSAVED)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Callable[..., RedisServer]]:
    """Makes servers that the test may stop and kill: ``own_redis(appendonly="yes")``; underscores for dashes."""
    install.ensure(["redis-server"])

    def make(number: int, settings: dict[str, str]) -> RedisServer:
        given = UNSAVED | {name.replace("_", "-"): value for name, value in settings.items()}
        return RedisServer(tmp_path / f"redis-{number}", given)

    with _killed_afterwards(make) as started:
        yield started


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[Redis]:
    """A client of an empty database."""
    with contextlib.closing(redis_server.client()) as client:
        client.flushall()
        yield client
