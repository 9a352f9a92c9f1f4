"""Redis goes away, hangs, or comes back as it was a while ago: the worker waits, says so, and every number is right."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.road import MakeRoad, Road, busy, endless, freeze, orders
from tests.servers import KafkaServer, RedisServer

AWAY_S = 20.0
HANGS_S = 12.0
"""Longer than an answer may take."""
MakeRedis = Callable[..., RedisServer]


def test_redis_away_for_twenty_seconds_is_waited_for(
    kafka: KafkaServer, own_redis: MakeRedis, new_road: MakeRoad
) -> None:
    road = new_road(kafka, own_redis(appendonly="yes"))
    workers = [road.start(), road.start()]
    with busy(road, endless(), 400):
        road.until_work()
        road.redis.kill()
        time.sleep(AWAY_S)
        for worker in workers:
            worker.says("again in", "onnect")  # the connection is lost, or refused
        road.redis.start()
        road.until_work()
    road.until_read()
    assert road.differences() == []
    assert [worker.process.end() for worker in workers] == [0, 0]
    assert not any("Traceback" in worker.log() for worker in workers)


def test_redis_that_hangs_is_waited_for(kafka: KafkaServer, own_redis: MakeRedis, new_road: MakeRoad) -> None:
    road = new_road(kafka, own_redis(appendonly="yes"))
    worker = road.start()
    with busy(road, endless(), 400):
        road.until_work()
        freeze(road.redis.process, HANGS_S)
        worker.says("again in", "ime")  # TimeoutError, or not in time
        road.until_work()
    road.until_read()
    assert road.differences() == []
    assert "Traceback" not in worker.log()


@pytest.fixture
def fallen(kafka: KafkaServer, own_redis: MakeRedis, new_road: MakeRoad) -> Road:
    """A road whose Redis keeps nothing but the snapshots that a test takes."""
    return new_road(kafka, own_redis())


def test_redis_back_from_an_old_snapshot_while_the_topic_is_quiet_is_brought_up_again(
    fallen: Road, tmp_path: Path
) -> None:
    worker = fallen.start()
    fallen.publish(orders(4_000))
    fallen.until_read()
    old = fallen.redis.snapshot(tmp_path / "old.rdb")
    fallen.publish(orders(4_000, first=4_000))
    fallen.until_read()
    fallen.redis.restart(rdb=old)
    fallen.until_read()
    assert fallen.differences() == []
    assert worker.process.exit_code() is None


def test_redis_back_from_an_old_snapshot_while_events_come_in_is_brought_up_again(fallen: Road, tmp_path: Path) -> None:
    for _ in range(2):
        fallen.start()
    with busy(fallen, endless(), 800):
        for _ in range(2):
            fallen.until_work()
            old = fallen.redis.snapshot(tmp_path / "old.rdb")
            fallen.until_work()
            time.sleep(2)
            fallen.redis.restart(rdb=old)
            fallen.until_work()
    fallen.until_read()
    assert fallen.differences() == []
