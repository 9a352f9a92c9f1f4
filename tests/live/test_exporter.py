"""The exporter over a real Redis and a real Kafka, and as a process of its own."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from kafka import KafkaProducer
from prometheus_client import parser
from prometheus_client.metrics_core import Metric as Family
from redis import Redis

from schemas import names
from schemas.definition.loading import load
from services.exporter.followed import NothingToShow
from services.exporter.freshness import SETTLE_MS
from services.exporter.log_ends import KafkaLogEnds
from services.exporter.snapshots import Snapshots, Source
from services.local.ports import free_port
from streams.plan import Plan, compile_plan
from streams.state.port import Partition
from streams.state.redis import RedisReader, RedisStore
from streams.state.redis.connection import FAULTS
from tests.servers import KafkaServer, RedisServer
from tests.services.exporter.world import NOW, Clock, Company, FakeEnds
from tests.streams.folding import DAY, definition, event

parse: Callable[[str], Iterable[Family]] = parser.text_string_to_metric_families
ROOT = Path(__file__).resolve().parents[2]
PLAN = compile_plan(definition("Europe/Amsterdam", lateness_ms=DAY))


def orders(first: int, last: int) -> list[dict[str, object]]:
    """All of them big, so that the share of big orders is 1 at every moment."""
    return [event(f"e{n}", "order", f"u{n % 50}", NOW - n * 1000, amount=51, city="Ede") for n in range(first, last)]


@contextlib.asynccontextmanager
async def watching(url: str) -> AsyncIterator[Snapshots]:
    reader = RedisReader(url)
    try:
        yield Snapshots(PLAN, Source(reader, FakeEnds(), FAULTS), Clock())
    finally:
        await reader.close()


def value(snapshots: Snapshots, metric: str) -> Fraction | None:
    """Over all time."""
    (found,) = (
        one for one in snapshots.shown().running if (one.metric, one.window, one.segment) == (metric, "lifetime", "")
    )
    return found.value


def test_numerator_and_denominator_are_of_one_moment_while_workers_commit(
    redis: Redis, redis_server: RedisServer
) -> None:
    async def story() -> None:
        company = Company(PLAN, RedisStore(redis_server.url), 2)
        await company.begin()
        company.append(*orders(0, 3000))
        workers = [asyncio.create_task(company.fold(number, batch=10)) for number in (0, 1)]
        counted, rounds = 0, 0
        async with watching(redis_server.url) as one, watching(redis_server.url) as other:
            while not all(worker.done() for worker in workers) or not rounds:
                await one.refresh()
                big, every = value(one, "m_big_orders"), value(one, "m_orders")
                told = sum(snapshot.totals.get("counted", 0) for snapshot in one.shown().partitions.values())
                assert big == every == told >= counted
                counted, rounds = told, rounds + 1
            await asyncio.gather(*workers)
            assert rounds > 5
            for snapshots in (one, other):
                await snapshots.refresh()
            assert one.shown().running == other.shown().running
            assert one.shown().complete == other.shown().complete
            assert value(one, "m_orders") == 3000

    asyncio.run(story())


def test_values_vanish_with_redis_and_come_again_with_it(own_redis: Callable[..., RedisServer]) -> None:
    server = own_redis(appendonly="yes", appendfsync="always")

    async def story() -> None:
        company = Company(PLAN, RedisStore(server.url), 2)
        await company.begin()
        await company.publish(*orders(0, 100))
        async with watching(server.url) as snapshots:
            await snapshots.refresh()
            shown = snapshots.shown().running
            server.kill()
            await snapshots.refresh()
            assert not snapshots.up()
            assert snapshots.shown().running == shown, "for a few seconds more"
            snapshots.now_ms.now_ms += 5_001  # type: ignore[attr-defined]
            with pytest.raises(NothingToShow, match="the state does not answer"):
                snapshots.shown()
            server.start()
            await snapshots.refresh()
            assert value(snapshots, "m_orders") == 100
            assert snapshots.up()

    asyncio.run(story())


def test_a_redis_that_fell_back_shows_nothing_until_it_has_caught_up(
    own_redis: Callable[..., RedisServer], tmp_path: Path
) -> None:
    server = own_redis()

    async def story() -> None:
        company = Company(PLAN, RedisStore(server.url), 2)
        await company.begin()
        await company.publish(*orders(0, 100))
        old = server.snapshot(tmp_path / "old.rdb")
        await company.publish(*orders(100, 200))
        async with watching(server.url) as snapshots:
            await snapshots.refresh()
            shown = snapshots.shown().running
            server.restart(rdb=old)
            await snapshots.refresh()  # the connection is found to be gone
            await snapshots.refresh()
            with pytest.raises(NothingToShow, match="was shown already"):
                snapshots.shown()
            for number in (0, 1):
                await company.fold(number)
            await snapshots.refresh()
            assert snapshots.shown().running == shown

    asyncio.run(story())


def test_kafka_says_how_far_the_logs_reach_and_is_done_without_when_away(own_kafka: Callable[..., KafkaServer]) -> None:
    kafka = own_kafka()
    topic = kafka.new_topic(2)

    async def until(done: Callable[[], bool]) -> None:
        for _ in range(300):
            if done():
                return
            await asyncio.sleep(0.1)
        raise AssertionError(ends.known)

    clock = Clock()
    ends = KafkaLogEnds(kafka.bootstrap, clock)

    async def story() -> None:
        ends.follow([Partition("v", topic, number) for number in (0, 1)])
        asking = asyncio.create_task(ends.run())
        await until(lambda: len(ends.known) == 2)
        assert {end.offset for end in ends.known.values()} == {0}
        with contextlib.closing(KafkaProducer(bootstrap_servers=kafka.bootstrap)) as producer:
            producer.send(topic, b"x", partition=1)
            producer.flush()
        await until(lambda: ends.known[topic, 1].offset == 1)
        kafka.kill()
        await asyncio.sleep(2)
        assert ends.known[topic, 1].offset == 1
        clock.now_ms += 10_000
        kafka.start()
        await until(lambda: ends.known[topic, 1].asked_ms == clock.now_ms)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking

    asyncio.run(story())


Samples = dict[tuple[str, str], float]
DEFINITION = """\
company: Test
time_zone: Europe/Amsterdam
events: {topic: TOPIC, keyed_by: user_id}
measures:
  orders: {count: order}
metrics:
  orders: {measure: orders, window: lifetime}
north_star: {metric: orders, target: 10}
"""


@contextlib.contextmanager
def exporter(file: Path, kafka: KafkaServer, redis: RedisServer) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Its address and process."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "NSM_KAFKA": kafka.bootstrap,
        "NSM_REDIS": redis.url,
    }
    command = [sys.executable, "-m", "services.cli", "exporter", str(file), "--port", str(port)]
    with subprocess.Popen(command, env=environment, cwd=file.parent, stderr=subprocess.PIPE) as process:
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()


def ask(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 our own process
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


def wait_for(url: str, status: int) -> bytes:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found, body = ask(url)
        if found == status:
            return body
        time.sleep(0.1)
    raise AssertionError(f"{url} never answered {status}")


def test_the_process_shows_what_redis_and_kafka_say_and_ends_when_told(
    kafka: KafkaServer, redis: Redis, redis_server: RedisServer, tmp_path: Path
) -> None:
    file = tmp_path / "nsm.yaml"
    topic = kafka.new_topic(2)
    file.write_text(DEFINITION.replace("TOPIC", topic), "utf-8")
    plan = compile_plan(load(file))
    with exporter(file, kafka, redis_server) as (address, process):
        reason = json.loads(wait_for(f"{address}/health/ready", 503))["reason"]
        assert "no worker has begun" in reason or "not been read yet" in reason
        asyncio.run(fold_three(plan, redis_server.url, kafka.bootstrap))
        wait_for(f"{address}/health/ready", 200)
        found = scrape_until(address, lambda found: found.get((names.EVENTS, "counted")) == 3 == lags_known(found) + 1)
        assert found[names.METRIC_VALUE, ""] == 3
        assert found[names.STATE_UP, ""] == 1
        assert found[names.METRIC_COMPLETENESS, ""] == 1
        assert abs(time.time() - SETTLE_MS / 1000 - found[names.METRIC_AS_OF, ""]) < 5
        reading = json.loads(wait_for(f"{address}/v1/metrics/orders", 200))
        assert (reading["value"], reading["exact"], reading["segments"]) == (3, "3", [])
        file.write_text(file.read_text("utf-8").replace("target: 10", "target: 12, base: 0"), "utf-8")
        found = scrape_until(address, lambda found: found[names.METRIC_TARGET, ""] == 12)
        assert (found[names.METRIC_VALUE, ""], found[names.METRIC_PROGRESS, ""]) == (3, 0.25)
        (steered,) = json.loads(wait_for(f"{address}/v1/steering", 200))["targets"]
        assert (steered["target"], steered["value"], steered["course"]) == (12, 3, None)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


async def fold_three(plan: Plan, url: str, bootstrap: str) -> None:
    """Three events in Kafka, folded as a worker would."""
    company = Company(plan, RedisStore(url), 2)
    await company.begin()
    await company.publish(*orders(0, 3))
    with contextlib.closing(KafkaProducer(bootstrap_servers=bootstrap)) as producer:
        for number, log in enumerate(company.logs):
            for one in log:
                producer.send(company.topic, json.dumps(one).encode(), partition=number)
        producer.flush()


def scrape_until(address: str, done: Callable[[Samples], bool]) -> Samples:
    """(series, partition or outcome) -> value, of a scrape with which this is so."""
    found: Samples = {}
    for _ in range(100):
        found = {
            (sample.name, sample.labels.get("partition") or sample.labels.get("outcome") or ""): sample.value
            for family in parse(wait_for(f"{address}/metrics", 200).decode())
            for sample in family.samples
        }
        if done(found):
            return found
        time.sleep(0.2)
    raise AssertionError(found)


def lags_known(found: Samples) -> int:
    """Of how many partitions nothing is left to fold."""
    return [found.get((names.POSITION_LAG, number)) for number in "01"].count(0)


def test_a_port_that_is_taken_is_said_in_a_sentence(
    kafka: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    file = tmp_path / "nsm.yaml"
    file.write_text(DEFINITION, "utf-8")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NSM_KAFKA": kafka.bootstrap}
    command = [sys.executable, "-m", "services.cli", "exporter", str(file), "--port", str(redis_server.port)]
    said = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=False, timeout=30)
    assert said.returncode == 1
    assert b"cannot listen on 127.0.0.1" in said.stderr
    assert b"Traceback" not in said.stderr
