"""The topics that a definition needs."""

import contextlib

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

from schemas.definition.model import Definition
from schemas.names import dead_letter_topic

PARTITIONS = 4
AS_THE_CLUSTER_SAYS = -1
STAMPED_BY_THE_BROKER = {"message.timestamp.type": "LogAppendTime"}


def create_topics(bootstrap: str, definition: Definition, partitions: int = PARTITIONS) -> list[str]:
    """Makes those that are missing, dead letters included, and names them; what is there stays as it is."""
    wanted: dict[str, int] = {}
    for source in definition.sources:
        wanted |= {source.topic: partitions, dead_letter_topic(source.topic): 1}
    made = []
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        for name in sorted(wanted.keys() - set(admin.list_topics())):
            topic = NewTopic(
                name,
                num_partitions=wanted[name],
                replication_factor=AS_THE_CLUSTER_SAYS,
                topic_configs=STAMPED_BY_THE_BROKER,
            )
            with contextlib.suppress(TopicAlreadyExistsError):  # someone else was quicker
                admin.create_topics([topic])
                made.append(name)
    return made
