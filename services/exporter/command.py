"""``nsm exporter FILE``."""

import argparse
import asyncio
import logging
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from schemas.errors import SettingsError, in_words
from services.expected.expected import keep
from services.exporter.api import build_api
from services.exporter.bound import SERIES_LIMIT
from services.exporter.log_ends import KafkaLogEnds
from services.exporter.own_file import OwnFile
from services.exporter.served import Served
from services.exporter.snapshots import Source
from services.no_answer import no_answer
from services.settings import Settings, settings
from streams.state.redis import RedisReader, RedisRegistry
from streams.state.redis.connection import FAULTS, Address

log = logging.getLogger(__name__)
LOOK_S = 3.0
LAST_PORT = 65_535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The definition, and where to listen; where Kafka and Redis are, settings say."""
    parser.add_argument("file", nargs="?", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1; 0.0.0.0 for all)")
    parser.add_argument("--port", type=_port, default=9464, help="port to listen on (9464)")
    parser.add_argument(
        "--series-limit",
        type=_series_limit,
        default=SERIES_LIMIT,
        metavar="N",
        help=f"most series of readings to show ({SERIES_LIMIT}); what is left out is counted in nsm_series_left_out",
    )


def run(args: argparse.Namespace) -> int:
    """Shows the readings until it is told to stop."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    own = OwnFile(args.file)
    where = settings()
    Address.parse(where.redis)  # what is no URL is said before anything listens
    asyncio.run(_serve(own, where, args))
    return 0


def now_ms() -> int:
    """The one place where the exporter reads the clock."""
    return time.time_ns() // 1_000_000


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= LAST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no port, a number from 1 to {LAST_PORT}")
    return int(text)


def _series_limit(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be a whole number above 0, not {text!r}")
    return int(text)


async def _serve(own: OwnFile, where: Settings, args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    plan = own.plan
    reader, ends = RedisReader(where.redis), KafkaLogEnds(where.kafka, now_ms)
    served = Served(plan, RedisRegistry(where.redis), Source(reader, ends, FAULTS), now_ms, args.series_limit)
    runner = web.AppRunner(build_api(served.current, FAULTS), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await _listen(runner, args.host, args.port)
        log.info("version %s at http://%s:%d", plan.version, args.host, args.port)
        await _look_for_redis(reader, plan.version, where.redis)
        running = served.run(), ends.run(), own.run(served.take_own), keep(served.current)
        await _until(stop, *map(asyncio.create_task, running))
    finally:
        await runner.cleanup()
        await reader.close()


async def _look_for_redis(reader: RedisReader, version: str, redis: str) -> None:
    """Says at the start what helps where it does not answer; afterwards the readings say that there are none."""
    try:
        async with asyncio.timeout(LOOK_S):
            await reader.partitions(version)
    except FAULTS as fault:
        log.warning("%s", no_answer("redis", redis, in_words(fault)))


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except (OSError, OverflowError) as error:
        raise SettingsError(f"cannot listen on {host}:{port}: {in_words(error)}; give another --port") from error


async def _until(stop: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Runs these until ``stop``; one that ends by itself is a bug, and is raised."""
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in (stopping, *tasks):
        task.cancel()
        if task not in done:
            with suppress(asyncio.CancelledError):
                await task
    for task in done:
        await task
