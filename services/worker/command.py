"""``nsm worker FILE``."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from schemas.definition.loading import load
from schemas.names import consumer_group
from services.settings import settings
from services.worker.topics import KafkaTopics, TopicsAway
from streams.plan import compile_plan
from streams.state.redis.store import RedisStore
from streams.worker.app import build_app, stop
from streams.worker.app import run as run_app
from streams.worker.dead_letters import DeadLetterTopics
from streams.worker.sessions import OwnedSessions

log = logging.getLogger(__name__)
PAUSE_S = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The definition, nothing else: where Kafka and Redis are, settings say."""
    parser.add_argument("file", nargs="?", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")


def run(args: argparse.Namespace) -> int:
    """Folds until it is told to stop."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    for noisy in ("aiokafka", "kafka", "faust", "mode"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    where, plan = settings(), compile_plan(load(args.file))
    names, topics = list(plan.sources), KafkaTopics(where.kafka)
    asyncio.run(_wait_for(topics, names))
    sessions = OwnedSessions(plan, RedisStore(where.redis), DeadLetterTopics(where.kafka), topics, stop)
    log.info("version %s of %s, topics %s", plan.version, args.file, ", ".join(names))
    run_app(build_app(consumer_group(plan.version), where.kafka, names, sessions))
    return 0


async def _wait_for(topics: KafkaTopics, names: list[str]) -> None:
    """Kafka and the topics may come later than the worker."""
    said = ""
    while True:
        try:
            return await topics.prepare(names)
        except TopicsAway as away:
            if str(away) != said:
                said = str(away)
                log.warning("waiting: %s", said)
            await asyncio.sleep(PAUSE_S)
