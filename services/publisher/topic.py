"""The topic of a source, made where it is missing."""

import contextlib

from kafka.errors import KafkaError

from schemas.errors import PublishError
from services.no_answer import no_answer
from services.topics import PARTITIONS, admin_client, create_missing


def ensure_topic(kafka: str, topic: str, connect_ms: int = 10_000) -> bool:
    """Makes the topic with PARTITIONS if it is not there; True if it was made here."""
    try:
        admin = admin_client(kafka, bootstrap_timeout_ms=connect_ms)
    except KafkaError as error:
        raise PublishError(no_answer("kafka", kafka)) from error
    with contextlib.closing(admin):
        try:
            return bool(create_missing(admin, {topic: PARTITIONS}))
        except KafkaError as error:
            raise PublishError(f"the topic {topic} could not be made: {error}") from error
