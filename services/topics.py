"""How this project makes topics, whoever makes them."""

import contextlib
from collections.abc import Mapping
from typing import Any

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

PARTITIONS = 4
AS_THE_CLUSTER_SAYS = -1
STAMPED_BY_THE_BROKER = {"message.timestamp.type": "LogAppendTime"}
"""What is late or too far ahead is judged by the broker's clock, so the log must hold it."""


def admin_client(kafka: str, **settings: Any) -> KafkaAdminClient:
    """To be closed; ``kafka`` are bootstrap servers, comma-separated.  Raises KafkaError where none answers."""
    return KafkaAdminClient(bootstrap_servers=[server.strip() for server in kafka.split(",")], **settings)


INTERNAL = STAMPED_BY_THE_BROKER | {
    "cleanup.policy": "delete",
    "retention.ms": str(14 * 86_400_000),
    "retention.bytes": "-1",
    "max.message.bytes": str(16 * 1024 * 1024),
}
"""Of internal topics.  What is sent must stay for longer than the age of any state that Redis may come back with, and
what the second stage is behind; none of it may be replaced by what comes later under the same key.
"""


def create_missing(
    admin: KafkaAdminClient, wanted: Mapping[str, int], settings: Mapping[str, str] = STAMPED_BY_THE_BROKER
) -> list[str]:
    """Makes those that are missing (name -> partitions) and names them; what is there stays as it is."""
    made = []
    for name in sorted(wanted.keys() - set(admin.list_topics())):
        topic = NewTopic(
            name,
            num_partitions=wanted[name],
            replication_factor=AS_THE_CLUSTER_SAYS,
            topic_configs=dict(settings),
        )
        with contextlib.suppress(TopicAlreadyExistsError):  # someone else was quicker
            admin.create_topics([topic])
            made.append(name)
    return made
