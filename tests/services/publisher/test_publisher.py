import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from aiokafka.partitioner import murmur2 as other_murmur2
from kafka.errors import MessageSizeTooLargeError
from kafka.partitioner.default import murmur2

from schemas.definition.model import Source
from schemas.errors import BufferFull, NotAcknowledged, PublishError
from schemas.events.publishing import Event, Message
from services.publisher.producer import PublisherLimits
from services.publisher.publisher import Publisher
from tests.services.publisher.fakes import SOURCE, FakeProducer, publisher_over

TIME = datetime(2027, 3, 1, tzinfo=UTC)


def event(number: int, **properties: object) -> Event:
    return Event(id=f"e{number}", type="order_completed", time=TIME, properties={"user_id": f"u{number}", **properties})


def message(number: int, size: int = 10) -> Message:
    return Message(b"k", b"x" * size, (), f"e{number}")


def test_an_event_goes_to_the_topic_under_its_entity() -> None:
    producer = FakeProducer()
    producer.acknowledges = True
    with publisher_over(producer) as publisher:
        publisher.publish(event(1))
    [sent] = producer.sent
    assert (sent.topic, sent.key, sent.partition) == ("orders", b"u1", None)
    assert publisher.acknowledged == 1
    assert producer.closed


def test_events_without_entity_spread_by_id_so_that_a_second_sending_meets_the_first() -> None:
    producer = FakeProducer()
    producer.acknowledges = True
    with publisher_over(producer) as publisher:
        for number in [*range(400), *range(400)]:
            publisher.publish(event(number, user_id=None))
    partitions = [sent.partition for sent in producer.sent]
    assert partitions[:400] == partitions[400:]
    assert min(Counter(partitions).values()) > 100
    assert all(sent.key is None for sent in producer.sent)


def test_more_events_than_may_be_held_are_refused_and_taken_again_when_some_are_acknowledged() -> None:
    producer = FakeProducer()
    publisher = publisher_over(producer, PublisherLimits(events=3))
    for number in range(3):
        publisher.send(message(number))
    with pytest.raises(BufferFull, match="3 events"):
        publisher.send(message(3))
    assert len(producer.sent) == 3
    producer.acknowledge(1)
    publisher.send(message(3))
    assert publisher.held == 3


def test_more_bytes_than_may_be_held_are_refused() -> None:
    publisher = publisher_over(FakeProducer(), PublisherLimits(bytes=1_000))
    publisher.send(message(1, size=999))
    with pytest.raises(BufferFull):
        publisher.send(message(2))


def test_room_is_waited_for_until_it_is_there() -> None:
    producer = FakeProducer()
    publisher = publisher_over(producer, PublisherLimits(events=4))
    for number in range(4):
        publisher.send(message(number))
    assert not publisher.wait_for_room(0.01)
    threading.Timer(0.05, producer.acknowledge).start()
    assert publisher.wait_for_room(5)


def test_a_flush_names_how_many_are_not_acknowledged_and_goes_on_sending_them() -> None:
    producer = FakeProducer()
    publisher = publisher_over(producer)
    for number in range(3):
        publisher.send(message(number))
    producer.acknowledge(1)
    with pytest.raises(NotAcknowledged, match=r"2 events were not acknowledged by Kafka within 0.01 s"):
        publisher.flush(0.01)
    producer.acknowledge()
    publisher.flush(0.01)


def test_a_flush_takes_no_longer_than_it_may_however_much_is_held() -> None:
    publisher = publisher_over(FakeProducer())
    for number in range(1_000):
        publisher.send(message(number))
    began = time.monotonic()
    with pytest.raises(NotAcknowledged):
        publisher.flush(0.2)
    assert time.monotonic() - began < 1


def test_failed_events_are_told_by_the_next_flush_and_only_once() -> None:
    producer = FakeProducer()
    publisher = publisher_over(producer, PublisherLimits(kept_failures=2))
    for number in range(5):
        publisher.send(message(number))
    producer.fail(4, "expired")
    producer.acknowledge()
    with pytest.raises(NotAcknowledged, match=r"4 events were not acknowledged by Kafka; first event e0: .*expired"):
        publisher.flush(1)
    assert [failure.message.id for failure in publisher.failures] == ["e0", "e1"]
    publisher.flush(1)
    publisher.send(message(9))
    producer.fail(1, "refused")
    with pytest.raises(NotAcknowledged, match=r"1 event was .*e9: .*refused"):
        publisher.close()
    assert publisher.failed == 5
    assert [failure.message.id for failure in publisher.failures] == ["e9"]


def test_closing_flushes() -> None:
    producer = FakeProducer()
    publisher = publisher_over(producer)
    publisher.send(message(1))
    threading.Timer(0.05, producer.acknowledge).start()
    publisher.close()
    assert publisher.acknowledged == 1
    assert producer.closed
    publisher.close()


def test_closing_names_what_is_still_held() -> None:
    publisher = publisher_over(FakeProducer(), PublisherLimits(close_ms=10))
    publisher.send(message(1))
    with pytest.raises(NotAcknowledged, match="1 event was not acknowledged by Kafka before the publisher closed"):
        publisher.close()


def test_leaving_by_an_error_keeps_the_error_and_notes_what_was_lost() -> None:
    def lose() -> None:
        with publisher_over(FakeProducer(), PublisherLimits(close_ms=10)) as publisher:
            publisher.send(message(1))
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine") as raised:
        lose()
    assert any("1 event was not acknowledged" in note for note in raised.value.__notes__)


def test_nothing_is_taken_after_closing() -> None:
    publisher = publisher_over(FakeProducer())
    publisher.close()
    with pytest.raises(PublishError, match="closed"):
        publisher.send(message(1))


def test_what_kafka_cannot_take_is_refused_at_once_and_not_held() -> None:
    producer = FakeProducer()
    producer.refusal = MessageSizeTooLargeError("larger than 1 MB")
    publisher = publisher_over(producer)
    with pytest.raises(PublishError, match=r"event e1 was not taken: .*larger than 1 MB"):
        publisher.send(message(1))
    assert publisher.held == 0


def test_a_topic_that_is_not_there_is_named_when_the_publisher_is_made() -> None:
    elsewhere = Source(name="visits", topic="visits", keyed_by="user_id")
    with pytest.raises(PublishError, match="Kafka at kafka:9092 has no topic visits"):
        publisher_over(FakeProducer(), PublisherLimits(connect_ms=1), elsewhere)


def test_threads_share_a_publisher_without_losing_count() -> None:
    producer = FakeProducer()
    producer.acknowledges = True
    publisher: Publisher = publisher_over(producer, PublisherLimits(events=10))

    def send() -> None:
        for number in range(500):
            publisher.send(message(number))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (publisher.acknowledged, publisher.held) == (2_000, 0)


@pytest.mark.parametrize(
    ("key", "hashed"),
    # from the test of Kafka's own client, org.apache.kafka.common.utils.UtilsTest
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_keys_hash_as_in_the_java_client_and_in_aiokafka(key: bytes, hashed: int) -> None:
    assert murmur2(key) == hashed % 2**32 == other_murmur2(key) % 2**32


def test_the_source_is_known_to_whoever_holds_the_publisher() -> None:
    assert publisher_over(FakeProducer()).source is SOURCE
    assert publisher_over(FakeProducer()).partitions == 4
