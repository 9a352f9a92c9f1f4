"""The topics that a definition needs; ``python -m services.local.topics FILE`` makes them where NSM_KAFKA says."""

import contextlib
import sys
from pathlib import Path

from schemas.definition.loading import load
from schemas.definition.model import Definition
from schemas.errors import NsmError
from schemas.names import dead_letter_topic
from services import client_logs
from services.settings import settings
from services.topics import PARTITIONS, admin_client, create_missing


def create_topics(kafka: str, definition: Definition, partitions: int = PARTITIONS) -> list[str]:
    """Makes those that are missing, dead letters included, and names them; what is there stays as it is."""
    wanted: dict[str, int] = {}
    for source in definition.sources:
        wanted |= {source.topic: partitions, dead_letter_topic(source.topic): 1}
    with contextlib.closing(admin_client(kafka)) as admin:
        return create_missing(admin, wanted)


def main(file: str) -> int:
    client_logs.silence()
    try:
        made = create_topics(settings().kafka, load(Path(file)))
    except NsmError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"made {', '.join(made)}" if made else "all topics are there")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
