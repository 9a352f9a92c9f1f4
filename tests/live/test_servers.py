"""The fixtures themselves: real servers that start, die and come back as asked."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from redis import Redis

from tests.servers import KafkaServer, RedisServer


def test_kafka_keeps_events_across_a_kill(own_kafka: Callable[..., KafkaServer]) -> None:
    server = own_kafka()
    topic = server.new_topic(partitions=1)
    with contextlib.closing(KafkaProducer(bootstrap_servers=server.bootstrap, acks="all")) as producer:
        producer.send(topic, b"one").get(10)
    server.kill()
    server.start()
    with contextlib.closing(KafkaConsumer(bootstrap_servers=server.bootstrap)) as consumer:
        assert consumer.end_offsets([TopicPartition(topic, 0)]) == {TopicPartition(topic, 0): 1}


def test_topics_are_stamped_by_the_broker(kafka: KafkaServer) -> None:
    topic = kafka.new_topic(partitions=1)
    with contextlib.closing(KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")) as producer:
        taken = producer.send(topic, b"one", timestamp_ms=1).get(10)
    assert taken.timestamp > 1


def test_redis_comes_back_with_a_snapshot(own_redis: Callable[..., RedisServer], tmp_path: Path) -> None:
    server = own_redis()
    with contextlib.closing(server.client()) as client:
        client.set("a", "old")
        snapshot = server.snapshot(tmp_path / "old.rdb")
        client.set("a", "new")
    server.restart(rdb=snapshot)
    with contextlib.closing(server.client()) as client:
        assert client.get("a") == b"old"


def test_redis_is_given_empty(redis: Redis) -> None:
    assert redis.dbsize() == 0
