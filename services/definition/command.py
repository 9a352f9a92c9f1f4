"""``nsm definition diff|carry|status|rollback|retire``."""

import argparse
import asyncio
import functools
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from schemas.definition.loading import load
from schemas.errors import CommandError, in_words
from services.definition import carry, cut_off, diff, internal_topics, retire, rollback, status, workers
from services.definition.log_ends import ANSWER_S, ends
from services.definition.logs import KafkaLogs
from services.definition.progress import show_progress
from services.definition.stores import Stores
from services.no_answer import no_answer
from services.settings import settings
from services.worker.topics import KafkaTopics
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.redis.connection import FAULTS
from streams.state.redis.copier import RedisCopier

EPILOG = """\
  nsm definition diff nsm.yaml            what the file changes beside what is served (exit code 1: it folds anew)
  nsm definition diff old.yaml nsm.yaml   the same of two files, without any server
  nsm definition carry nsm.yaml           go on with all that is served and counts as before; only the rest is folded
  nsm definition status                   the versions in Redis, what is served, how far each is
  nsm definition rollback                 serve the version before again, if it has kept up
  nsm definition retire VERSION           free what it holds, its internal topics too, for good
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, line in (
        ("diff", "what a changed file means for the counts"),
        ("carry", "go on with what counts as before, instead of folding all anew"),
        ("status", "the versions in Redis"),
        ("rollback", "serve the version before again"),
        ("retire", "end a version that is not served"),
    ):
        sub = verbs.add_parser(verb, help=line, description=line[0].upper() + line[1:] + ".")
        sub.add_argument("--json", action="store_true", help="everything, for machines")
        if verb in ("diff", "carry"):
            sub.add_argument("file", type=Path, metavar="FILE", help="the definition")
        if verb == "diff":
            sub.add_argument("other", nargs="?", type=Path, metavar="FILE", help="what it becomes, in place of served")
        if verb == "retire":
            sub.add_argument("version", metavar="VERSION", help="as nsm definition status names it")
        if verb in ("rollback", "retire"):
            sub.add_argument("--definition", type=Path, default=Path("nsm.yaml"), help="whose company it is (nsm.yaml)")


class Answer(msgspec.Struct, frozen=True):
    """What was found, the same in sentences, the exit code, and lines that go beside it."""

    found: object
    sentences: Iterable[str]
    code: int = 0
    beside: Iterable[str] = ()


def run(args: argparse.Namespace) -> int:
    """Raises CommandError where the store is away, or what is asked cannot be."""
    try:
        answer = asyncio.run(_answered(args))
    except KeyboardInterrupt:
        if args.verb == "carry":
            registry = RedisRegistry(settings().redis)
            print(asyncio.run(cut_off.left_by_carry(args.file, registry)), file=sys.stderr)
        raise
    except FAULTS as fault:
        raise CommandError(no_answer("redis", settings().redis, in_words(fault))) from fault
    print(msgspec.json.encode(answer.found).decode() if args.json else "\n".join(answer.sentences))
    for line in answer.beside:
        print(line, file=sys.stderr)
    return answer.code


async def _answered(args: argparse.Namespace) -> Answer:
    where = settings()
    registry, reader = RedisRegistry(where.redis), RedisReader(where.redis)
    asked = functools.partial(ends, where.kafka)
    folding = functools.partial(workers.number_of, where.kafka, patience_s=ANSWER_S)
    try:
        match args.verb:
            case "diff":
                found = await diff.compared(registry, args.file, args.other)
                return Answer(found, diff.sentences(found, of_served=args.other is None), int(found.anew))
            case "carry":
                async with RedisCopier(where.redis) as copier, KafkaLogs(where.kafka) as logs:
                    stores = Stores(registry, reader, RedisStore(where.redis), copier)
                    with show_progress() as told:
                        kafka = carry.Kafka(KafkaTopics(where.kafka), logs, told)
                        report = await carry.carry(load(args.file), stores, kafka)
                return Answer(report, carry.sentences(report))
            case "status":
                versions = await status.all_versions(registry, reader, asked, folding)
                unanswered = status.unanswered(versions, where.kafka, ANSWER_S)
                return Answer(versions, status.sentences(versions), beside=unanswered)
            case "rollback":
                company = load(args.definition).company
                serving = await rollback.roll_back(company, registry, reader, asked, _now_ms)
                return Answer(serving, rollback.sentences(serving, await folding(serving.served)))
            case _:
                company = load(args.definition).company
                await retire.not_served(registry, company, args.version)
                await workers.none_runs(where.kafka, args.version)
                stood = await retire.retire(args.version, company, registry, reader, RedisStore(where.redis))
                topics = {one.topic for one in stood.partitions}
                dropped = await internal_topics.drop(where.kafka, stood.version, topics)
                return Answer({"stood": stood, "internal_topics": dropped}, retire.sentences(stood, dropped))
    finally:
        await reader.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
