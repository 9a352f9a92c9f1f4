"""The publisher against a real broker, which is also killed, kept away and brought back."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from schemas.definition.model import CloudEventsFormat, Source
from schemas.errors import BufferFull, NotAcknowledged, PublishError
from schemas.events.publishing import Event
from services.publisher.producer import PublisherLimits
from services.publisher.publisher import Publisher
from services.publisher.sending import publish_lines
from tests.servers import KafkaServer

# kafka-python leaves the sockets of connections that failed to the garbage collector
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.usefixtures("collected"),
]

TIME = datetime(2027, 3, 1, tzinfo=UTC)


def source(topic: str) -> Source:
    return Source(name="orders", topic=topic, keyed_by="user_id")


def event(number: int, **properties: Any) -> Event:
    given = {"user_id": f"u{number % 50}"} | properties
    return Event(id=f"e{number}", type="order_completed", time=TIME, properties=given)


def line(number: int) -> bytes:
    return b'{"event_id":"e%d","event":"t","time":"2027-03-01T00:00:00Z","user_id":"u%d"}' % (number, number % 50)


def read(kafka: KafkaServer, topic: str) -> list[Any]:
    """All records, partition by partition in the order of the log."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        records: dict[TopicPartition, list[Any]] = defaultdict(list)
        deadline = time.monotonic() + 30
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            assert time.monotonic() < deadline, "the topic could not be read to its end"
            for partition, fetched in consumer.poll(timeout_ms=500).items():
                records[partition].extend(fetched)
        return [record for partition in partitions for record in records[partition]]
    finally:
        consumer.close()


def test_events_of_one_key_keep_their_order_in_one_partition(kafka: KafkaServer) -> None:
    topic = kafka.new_topic()
    with Publisher(kafka.bootstrap, source(topic)) as publisher:
        assert publisher.partitions == 4
        for number in range(2_000):
            publisher.publish(event(number, place=number))
    records = read(kafka, topic)
    assert len(records) == 2_000
    partitions: dict[bytes, set[int]] = defaultdict(set)
    seen: dict[bytes, int] = defaultdict(lambda: -1)
    for record in records:
        number = int(record.value.split(b'"place":')[1].rstrip(b"}"))
        assert number > seen[record.key]
        seen[record.key] = number
        partitions[record.key].add(record.partition)
    assert len(partitions) == 50
    assert all(len(places) == 1 for places in partitions.values())


def test_cloud_events_carry_their_content_type_and_guests_no_key(kafka: KafkaServer) -> None:
    topic = kafka.new_topic()
    clouds = Source(name="orders", topic=topic, keyed_by="user_id", format=CloudEventsFormat())
    with Publisher(kafka.bootstrap, clouds) as publisher:
        for _ in range(2):
            publisher.publish(event(1, user_id=None))
    first, second = read(kafka, topic)
    assert (first.key, dict(first.headers)["content-type"]) == (None, b"application/cloudevents+json; charset=UTF-8")
    assert first.partition == second.partition


def test_closing_sends_everything_that_was_taken(kafka: KafkaServer) -> None:
    topic = kafka.new_topic()
    publisher = Publisher(kafka.bootstrap, source(topic), PublisherLimits(linger_ms=1_000))
    publisher.publish(event(1))
    publisher.close()
    assert publisher.acknowledged == 1
    assert len(read(kafka, topic)) == 1


def test_a_topic_that_is_missing_is_named(kafka: KafkaServer) -> None:
    with pytest.raises(PublishError, match=r"has no topic nowhere"):
        Publisher(kafka.bootstrap, source("nowhere"), PublisherLimits(connect_ms=100))


def test_a_broker_that_is_missing_is_named() -> None:
    with pytest.raises(PublishError, match=r"Kafka at 127.0.0.1:1 does not answer"):
        Publisher("127.0.0.1:1", source("orders"), PublisherLimits(connect_ms=300))


def test_an_event_too_large_is_refused_at_once(kafka: KafkaServer) -> None:
    with Publisher(kafka.bootstrap, source(kafka.new_topic())) as publisher:
        with pytest.raises(PublishError, match="event e1 was not taken"):
            publisher.publish(event(1, note="x" * 2_000_000))
        publisher.publish(event(2))


def test_kill_and_restart_of_the_broker_lose_and_double_nothing(own_kafka: Callable[..., KafkaServer]) -> None:
    kafka = own_kafka()
    topic = kafka.new_topic()
    ended = threading.Event()
    taken: list[bytes] = []

    def lines() -> Iterator[bytes]:
        while not ended.is_set():
            taken.append(line(len(taken)))
            yield taken[-1]

    with Publisher(kafka.bootstrap, source(topic), PublisherLimits(events=5_000)) as publisher:
        sending = threading.Thread(target=publish_lines, args=(lines(), publisher, 5_000))
        sending.start()
        for _ in range(2):
            time.sleep(0.7)
            kafka.kill()
            kafka.start()
        time.sleep(0.5)
        ended.set()
        sending.join()
    values = [record.value for record in read(kafka, topic)]
    assert len(values) == len(taken) > 5_000
    assert set(values) == set(taken)
    assert publisher.failed == 0


def test_while_the_broker_is_away_the_buffer_says_no_and_nothing_is_lost_in_silence(
    own_kafka: Callable[..., KafkaServer],
) -> None:
    kafka = own_kafka()
    topic = kafka.new_topic()
    publisher = Publisher(kafka.bootstrap, source(topic), PublisherLimits(events=100, close_ms=300))
    publisher.publish(event(0))
    publisher.flush(10)
    kafka.kill()
    began = time.monotonic()
    for number in range(1, 101):
        publisher.publish(event(number))
    with pytest.raises(BufferFull, match="100 events"):
        publisher.publish(event(101))
    assert time.monotonic() - began < 1
    with pytest.raises(NotAcknowledged, match=r"100 events were not acknowledged by Kafka within 0.2 s"):
        publisher.flush(0.2)
    began = time.monotonic()
    with pytest.raises(NotAcknowledged, match="100 events were not acknowledged"):
        publisher.close()
    assert time.monotonic() - began < 5
    assert (publisher.acknowledged, publisher.failed, publisher.held) == (1, 100, 0)
    assert not [thread for thread in threading.enumerate() if "producer" in thread.name and thread.is_alive()]


def test_events_that_expire_while_the_broker_is_away_are_told(own_kafka: Callable[..., KafkaServer]) -> None:
    kafka = own_kafka()
    limits = PublisherLimits(delivery_ms=1_000, kept_failures=3)
    with Publisher(kafka.bootstrap, source(kafka.new_topic()), limits) as publisher:
        publisher.publish(event(0))
        publisher.flush(10)
        kafka.kill()
        for number in range(1, 11):
            publisher.publish(event(number))
        with pytest.raises(NotAcknowledged, match="10 events were not acknowledged by Kafka; first event e"):
            publisher.flush(20)
        assert len(publisher.failures) == 3
