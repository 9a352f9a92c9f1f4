"""The topic of a source, made where it is missing."""

import contextlib

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.errors import PublishError

PARTITIONS = 4
CONFIGS = {"message.timestamp.type": "LogAppendTime"}
"""What is late or too far ahead is judged by the broker's clock, so the log must hold it."""


def ensure_topic(kafka: str, topic: str, connect_ms: int = 10_000) -> bool:
    """Make the topic with PARTITIONS and CONFIGS if it is not there; True if it was made here."""
    try:
        servers = [server.strip() for server in kafka.split(",")]
        admin = KafkaAdminClient(bootstrap_servers=servers, bootstrap_timeout_ms=connect_ms)
    except KafkaError as error:
        raise PublishError(f"Kafka at {kafka} does not answer: {error}") from error
    with contextlib.closing(admin):
        try:
            if topic in admin.list_topics():
                return False
            admin.create_topics({topic: {"num_partitions": PARTITIONS, "configs": CONFIGS}}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            return False
        except KafkaError as error:
            raise PublishError(f"the topic {topic} could not be made: {error}") from error
    return True
