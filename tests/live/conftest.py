"""Roads, each over a topic and a Redis database of its own."""

import contextlib
import gc
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.live.road import ORDERS, MakeRoad, Road
from tests.servers import KafkaServer, RedisServer
from tests.verified.page import PAGE
from tests.verified.road import TOLD, WRITING, Done


@pytest.fixture
def new_road(tmp_path: Path) -> Iterator[MakeRoad]:
    """``new_road(kafka, redis, text)``: what was started on it ends with the test."""
    with contextlib.ExitStack() as ended:

        def make(kafka: KafkaServer, redis: RedisServer, text: str = ORDERS, partitions: int = 4) -> Road:
            road = Road(kafka, redis, tmp_path, text, partitions)
            ended.callback(road.close)
            return road

        yield make


@pytest.fixture
def make_road(kafka: KafkaServer, redis_server: RedisServer, redis: Redis, new_road: MakeRoad) -> MakeRoad:
    """``make_road(text, partitions)``, over the servers that all tests share."""
    return lambda text, partitions: new_road(kafka, redis_server, text, partitions)


@pytest.fixture
def tell(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Callable[[Done], None]:
    """Holds what was done on a journey to what the page of what was verified says; unless that is being written."""

    def told(done: Done) -> None:
        record_property(TOLD, done.line)
        if not request.config.stash.get(WRITING, False):
            assert done.line in PAGE.read_text(encoding="utf-8").splitlines(), "python -m tests.verified --road"

    return told


@pytest.fixture
def collected() -> Iterator[None]:
    """What a broker's death leaves is collected here, not in another test; captured log records would hold it."""
    log = logging.getLogger("kafka")
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(logging.NOTSET)
    gc.collect()


@pytest.fixture
def road(kafka: KafkaServer, redis_server: RedisServer, redis: Redis, new_road: MakeRoad) -> Road:
    """Over the servers that all tests share."""
    return new_road(kafka, redis_server)
