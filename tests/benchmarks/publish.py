"""Fast publishing: librdkafka, keyed by user, partitioned as our publisher does."""

from collections.abc import Iterable

from confluent_kafka import KafkaError, Producer

from tests.benchmarks.generate import Keyed
from tests.benchmarks.parts import QUIET, BenchError

SETTINGS = {
    **QUIET,
    "partitioner": "murmur2_random",  # what the Java client and kafka-python do by default
    "enable.idempotence": True,
    "linger.ms": 5,
    "batch.num.messages": 10_000,
    "batch.size": 1_000_000,
    "queue.buffering.max.messages": 400_000,
    "queue.buffering.max.kbytes": 1_048_576,
}
FLUSH_S = 60.0


def publish(kafka: str, topic: str, events: Iterable[Keyed]) -> int:
    """Every event, acknowledged when it returns; gives how many."""
    failed: list[KafkaError] = []
    producer = Producer(
        {
            **SETTINGS,
            "bootstrap.servers": kafka,
            "delivery.report.only.error": True,
            "on_delivery": lambda error, _: failed.append(error),
        }
    )
    number = 0
    for key, value in events:
        while True:
            try:
                producer.produce(topic, value, key)
                break
            except BufferError:
                producer.poll(0.1)
        number += 1
    left = producer.flush(FLUSH_S)
    if left or failed:
        raise BenchError(f"{left} events of {topic} were not acknowledged; {failed[:1]}")
    return number
