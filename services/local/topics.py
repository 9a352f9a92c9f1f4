"""The topics that a definition needs; ``python -m services.local.topics FILE`` makes them where NSM_KAFKA says."""

import contextlib
import sys
from pathlib import Path

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

from schemas.definition.loading import load
from schemas.definition.model import Definition
from schemas.errors import NsmError
from schemas.names import dead_letter_topic
from services.settings import settings

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


def main(file: str) -> int:
    try:
        made = create_topics(settings().kafka, load(Path(file)))
    except NsmError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"made {', '.join(made)}" if made else "all topics are there")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
