"""The topic of a source, made where it is missing."""

import contextlib
from collections.abc import Iterator

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from schemas.errors import PublishError
from services.no_answer import no_answer
from services.topics import PARTITIONS, admin_client, create_missing


def ensure_topic(kafka: str, topic: str, connect_ms: int = 10_000) -> bool:
    """Makes the topic with PARTITIONS if it is not there; True if it was made here."""
    with _asked(kafka, connect_ms) as admin:
        try:
            return bool(create_missing(admin, {topic: PARTITIONS}))
        except KafkaError as error:
            raise PublishError(f"the topic {topic} could not be made: {error}") from error


def must_be_there(kafka: str, topic: str, connect_ms: int = 10_000) -> None:
    """For a Kafka that nobody named: where it has no such topic, it may be another company's."""
    with _asked(kafka, connect_ms) as admin:
        there = topic in admin.list_topics()
    if not there:
        raise PublishError(
            f"nothing runs from this folder, and Kafka at {kafka}, the usual place, has no topic {topic}: it may be "
            f"another's; run nsm up here first, or set NSM_KAFKA={kafka} to have the topic made there"
        )


@contextlib.contextmanager
def _asked(kafka: str, connect_ms: int) -> Iterator[KafkaAdminClient]:
    try:
        admin = admin_client(kafka, bootstrap_timeout_ms=connect_ms)
    except KafkaError as error:
        raise PublishError(no_answer("kafka", kafka)) from error
    with contextlib.closing(admin):
        yield admin
