"""How far the events of a topic reach, partition by partition, and whether their keys lie where ours would.

Kafka is asked once, before anything is sent.
"""

import contextlib
import time
from collections.abc import Sequence

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.errors import PublishError
from services.no_answer import no_answer
from services.publisher.judging import Newest
from services.publisher.partitions import misplaced
from services.topics import PARTITIONS
from streams.plan import SourcePlan
from streams.state.port import NEVER

LAST = 1_000
"""Records of each partition that are looked at.  A topic is nearly in order, so its newest event is among these."""
PATIENCE_S = 30.0


class Tail(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a topic: ``latest`` is the latest event time of each partition, NEVER where it holds none.

    ``keyed`` of its records bear a key, and ``misplaced`` of those lie elsewhere than their key would bring ours.
    """

    latest: Sequence[int]
    keyed: int = 0
    misplaced: int = 0


def newest(kafka: str, plan: SourcePlan) -> Tail:
    """Of a topic that is not there as it will be.  Raises PublishError where Kafka does not answer, or not in time."""
    topic = plan.source.topic
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=[server.strip() for server in kafka.split(",")],
            enable_auto_commit=False,
            group_id=None,
            bootstrap_timeout_ms=10_000,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
    except KafkaError as error:
        raise PublishError(no_answer("kafka", kafka)) from error
    with contextlib.closing(consumer):
        try:
            if topic not in consumer.topics():
                return Tail(latest=(NEVER,) * PARTITIONS)
            numbers = sorted(consumer.partitions_for_topic(topic) or range(PARTITIONS))
            return _read(consumer, [TopicPartition(topic, number) for number in numbers], Newest(plan))
        except KafkaError as error:
            raise PublishError(f"the newest events of {topic} could not be read: {error}") from error


def _read(consumer: KafkaConsumer, partitions: list[TopicPartition], of_records: Newest) -> Tail:
    begins, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    found, keyed, elsewhere = dict.fromkeys(partitions, NEVER), 0, 0
    open_ = [one for one in partitions if ends[one] > begins[one]]
    consumer.assign(open_)
    for one in open_:
        consumer.seek(one, max(begins[one], ends[one] - LAST))
    deadline = time.monotonic() + PATIENCE_S
    while any(consumer.position(one) < ends[one] for one in open_):
        if time.monotonic() > deadline:
            raise PublishError(f"the newest events of {partitions[0].topic} could not be read in {PATIENCE_S:g} s")
        for one, records in consumer.poll(timeout_ms=500).items():
            found[one] = max(found[one], of_records.of(records))
            keys = [record.key for record in records if record.key]
            keyed += len(keys)
            elsewhere += misplaced(keys, one.partition, len(partitions))
    return Tail(latest=[found[one] for one in partitions], keyed=keyed, misplaced=elsewhere)
