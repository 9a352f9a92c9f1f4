"""The broker dies and comes back; logs end in transactions, are cut, made anew, or grow by partitions."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import NewPartitions
from kafka.errors import TopicAlreadyExistsError
from redis import Redis

from tests.live.road import SHORT, MakeRoad, Road, busy, endless, orders, until
from tests.servers import KafkaServer, RedisServer

# kafka-python leaves the sockets of connections that failed to the garbage collector
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.usefixtures("collected"),
]


LEAVES_WITHIN_S = 15.0
LOOKS_OFTEN = f"{SHORT}\nimport streams.worker.sessions as sessions\nsessions.WATCH_S = 1.0"


def test_a_broker_that_is_killed_and_comes_back_costs_no_event(
    own_kafka: Callable[..., KafkaServer], redis_server: RedisServer, redis: Redis, new_road: MakeRoad
) -> None:
    road = new_road(own_kafka(), redis_server)
    workers = [road.start(), road.start()]
    with busy(road, endless(), 500):
        road.until_work()
        for _ in range(2):
            road.kafka.kill()
            time.sleep(3)
            road.kafka.start()
            road.until_work()
    road.until_read()
    assert road.differences() == []
    road.kafka.kill()  # and a worker that is told to stop does not wait for it
    for worker in workers:
        assert worker.process.end(LEAVES_WITHIN_S) == 0
        assert "Traceback" not in worker.log()


@contextlib.contextmanager
def transaction(road: Road, name: str) -> Iterator[KafkaProducer]:
    """A producer inside an open transaction."""
    producer = KafkaProducer(bootstrap_servers=road.kafka.bootstrap, transactional_id=f"{road.topic}-{name}")
    with contextlib.closing(producer):
        producer.init_transactions()
        producer.begin_transaction()
        yield producer


def send(producer: KafkaProducer, road: Road, lines: list[bytes]) -> None:
    for number, line in enumerate(lines):
        producer.send(road.topic, line, partition=number % 4)
    producer.flush()


def test_only_committed_transactions_count_and_a_log_that_ends_in_markers_is_read_to_its_end(road: Road) -> None:
    road.start()
    road.publish(orders(500))
    with transaction(road, "aborted") as producer:
        send(producer, road, orders(400, first=500))
        producer.abort_transaction()
    with transaction(road, "committed") as producer:
        send(producer, road, orders(300, first=900))
        producer.commit_transaction()
    road.until_read()
    with transaction(road, "idle") as producer:
        send(producer, road, orders(200, first=1_200))
        road.until_read()  # up to the open transaction
        assert road.counted() == 800
        producer.abort_transaction()
    before = road.position()
    until(lambda: road.position() == before + 200 + 4, lambda: f"markers: {road.standings()}")
    assert road.counted() == 800
    assert road.differences() == []


def test_an_open_transaction_is_waited_for_and_holds_nothing_else_up(road: Road) -> None:
    worker = road.start("import streams.worker.sessions as sessions\nsessions.STALLED_S, sessions.WATCH_S = 1.0, 0.5")
    with transaction(road, "open") as producer:
        send(producer, road, orders(100))
        time.sleep(4)
        assert worker.process.exit_code() is None, "an open transaction is no stand-still"
        assert road.counted() == 0
        producer.commit_transaction()
    until(lambda: road.counted() == 100, road.last_words)


def made_anew(road: Road) -> None:
    """Deletes the topic and makes it once more; Kafka takes a moment between the two."""
    road.kafka.delete_topic(road.topic)
    deadline = time.monotonic() + 10
    while True:
        try:
            road.kafka.create_topic(road.topic)
        except TopicAlreadyExistsError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def test_a_topic_made_anew_stops_the_worker_with_what_is_wrong(road: Road) -> None:
    worker = road.start()
    road.publish(orders(400))
    road.until_read()
    assert worker.process.end() == 0
    made_anew(road)
    road.publish(orders(800))
    before = road.standings()
    late = road.start()
    assert late.ends() == 1
    assert "was made anew" in late.log()
    assert "Traceback" not in late.log()
    assert road.standings() == before


def test_a_topic_made_anew_under_a_running_worker_stops_it_and_nothing_is_counted(road: Road) -> None:
    worker = road.start(LOOKS_OFTEN)
    road.publish(orders(400))
    road.until_read()
    before = road.standings()
    made_anew(road)
    road.publish(orders(800))
    assert worker.ends() == 1
    assert "was made anew" in worker.log()
    assert road.standings() == before


def cut(road: Road, offset: int) -> None:
    """What retention does to partition 0: its log begins here."""
    with road.kafka.admin() as admin:
        admin.delete_records({TopicPartition(road.topic, 0): offset})


def test_retention_past_the_position_stops_the_worker_with_what_is_missing(road: Road) -> None:
    worker = road.start()
    road.publish(orders(400))
    road.until_read()
    assert worker.process.end() == 0
    before = road.standings()
    position = before[0].position
    road.publish(orders(800, first=400))
    cut(road, position + 7)
    late = road.start()
    assert late.ends() == 1
    assert f"stands at {position}, the log holds {position + 7} to" in late.log()
    assert f"events {position} to {position + 6} are missing" in late.log()
    assert "Traceback" not in late.log()
    assert road.standings()[0] == before[0]


def test_a_redis_that_falls_back_behind_retention_stops_a_running_worker(
    kafka: KafkaServer, own_redis: Callable[..., RedisServer], new_road: MakeRoad, tmp_path: Path
) -> None:
    road = new_road(kafka, own_redis())
    worker = road.start()
    road.publish(orders(400))
    road.until_read()
    old, before = road.redis.snapshot(tmp_path / "old.rdb"), road.standings()[0]
    road.publish(orders(800, first=400))
    road.until_read()
    cut(road, road.standings()[0].position)
    road.redis.restart(rdb=old)
    assert worker.ends() == 1
    assert f"stands at {before.position}" in worker.log()
    assert f"events {before.position} to " in worker.log()
    assert road.standings()[0] == before


def test_partitions_added_under_a_version_stop_the_worker(road: Road) -> None:
    worker = road.start(LOOKS_OFTEN)
    road.publish(orders(400))
    road.until_read()
    with road.kafka.admin() as admin:
        admin.create_partitions({road.topic: NewPartitions(total_count=6)})
    late = road.start()
    assert late.ends() == 1
    assert "has 6 partitions, but this version of the definition counts it with 4" in late.log()
    assert worker.ends() == 1
