"""``nsm worker FILE``."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from hiredis import HiredisError

from schemas.definition.loading import load
from schemas.errors import CommandError, in_words
from services.definition.kept import going_on
from services.no_answer import no_answer
from services.settings import settings
from services.worker.topics import KafkaTopics
from streams.plan import compile_plan
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.redis.connection import Address
from streams.worker.app import build_app, stop
from streams.worker.app import run as run_app
from streams.worker.dead_letters import DeadLetterTopics
from streams.worker.internal import InternalTopics
from streams.worker.session import Outlets
from streams.worker.sessions import OwnedSessions
from streams.worker.succession import AnnouncingStore, Succession

log = logging.getLogger(__name__)
PAUSE_S = 1.0
NOISE = ("faust", "mode")
"""They tell of each start and stop of their parts."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The definition, nothing else: where Kafka and Redis are, settings say."""
    parser.add_argument("file", nargs="?", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")


def run(args: argparse.Namespace) -> int:
    """Folds until it is told to stop."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    for noisy in NOISE:
        logging.getLogger(noisy).setLevel(logging.ERROR)
    where, plan = settings(), compile_plan(load(args.file))
    Address.parse(where.redis)  # what is no URL is said before Kafka is waited for
    names, topics = list(plan.sources), KafkaTopics(where.kafka)
    store = RedisStore(where.redis)
    internal = list(plan.stages)
    asyncio.run(_wait_for(topics, (names, internal), store, where.redis))
    registry, reader = RedisRegistry(where.redis), RedisReader(where.redis)
    plan = asyncio.run(going_on(registry, plan))
    if not plan.carried.whole:
        raise CommandError(
            f"version {plan.version} is being carried over from {plan.carried.before}: "
            "wait for nsm definition carry, or run it again if it was cut off; "
            f"after nsm definition retire {plan.version} it may begin anew"
        )
    succession = Succession(plan, registry, reader, store.away)
    kept = AnnouncingStore(store, succession)
    outlets = Outlets(DeadLetterTopics(where.kafka), InternalTopics(where.kafka))
    sessions = OwnedSessions(plan, kept, outlets, topics, stop)
    log.info("version %s of %s, topics %s", plan.version, args.file, ", ".join([*names, *internal]))
    run_app(build_app(where.kafka, plan, sessions, succession))
    return 0


async def _wait_for(topics: KafkaTopics, wanted: tuple[list[str], list[str]], store: RedisStore, redis: str) -> None:
    """Kafka, its topics and Redis may come later than the worker; a Redis that must not be used raises StateError."""
    said = ""
    while True:
        try:
            await topics.prepare(*wanted)
        except (OSError, TimeoutError) as away:
            words = in_words(away)
        else:
            try:
                for warning in await store.check():
                    log.warning(warning)
            except (OSError, TimeoutError, HiredisError) as away:
                words = no_answer("redis", redis, in_words(away))
            else:
                return
        if words != said:
            said = words
            log.warning("waiting: %s", said)
        await asyncio.sleep(PAUSE_S)
