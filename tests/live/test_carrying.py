"""A version goes on with the one before it, while events come in and workers are killed, through both stages of real
Kafka and Redis: what is new begins where the topic no longer reaches back, and else is folded over it by itself.
"""

import asyncio
import copy
import itertools
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from kafka import TopicPartition
from redis import Redis

from schemas.definition.loading import load
from streams.cells import Cells
from streams.plan import Carried, compile_plan
from streams.readings import AsOf, Readings
from streams.state.redis import RedisRegistry
from tests.live.road import ROOT, MakeRoad, Road, busy, until
from tests.live.stages import all_snapshots, until_all_is_read
from tests.live.taking_over import serving
from tests.reference.measures import Reference
from tests.servers import KafkaServer, RedisServer
from tests.streams.folding import DAY, the_source

BEGIN = 1_735_689_600_000
PER_DAY = 40
TEXT = """\
company: Test
time_zone: Europe/Amsterdam
events: {topic: TOPIC, keyed_by: user_id, lateness: 3d, dedupe: 1h}
measures:
  orders:   {count: order}
  firsts:   {first: order, by: user_id}
  accounts: {distinct: account_id, of: order}
metrics:
  orders:   {measure: orders, window: [{calendar: day}, lifetime]}
  firsts:   {measure: firsts, window: [{calendar: day}, lifetime]}
  accounts: {measure: accounts, window: [{calendar: week}, lifetime]}
north_star: {metric: orders}
"""
MORE = {
    "metrics:\n": "  big:    {count: order, where: amount >= 50}\n  shops: {distinct: shop, of: order}\nmetrics:\n",
    "north_star:": "  big: {measure: big, window: {calendar: day}}\n"
    "  shops: {measure: shops, window: {calendar: week}}\nnorth_star:",
}


def moment(t: int) -> str:
    return datetime.fromtimestamp(t / 1000, UTC).isoformat(timespec="milliseconds")


def sales(first: int, last: int) -> list[bytes]:
    """Up to two days late."""
    rng = random.Random(first)
    return [
        json.dumps(
            {
                "event_id": f"e{n}",
                "event": "order",
                "user_id": f"u{rng.randrange(300)}",
                "time": moment(BEGIN + n * DAY // PER_DAY - rng.randrange(2 * DAY)),
                "amount": rng.randrange(100),
                "account_id": f"a{rng.randrange(60)}",
                "shop": f"s{rng.randrange(40)}",
            }
        ).encode()
        for n in range(first, last)
    ]


@pytest.fixture
def old(new_road: MakeRoad, kafka: KafkaServer, redis_server: RedisServer, redis: Redis) -> Road:
    return new_road(kafka, redis_server, TEXT)


@pytest.fixture
def new(old: Road) -> Road:
    road, text = copy.copy(old), old.file.read_text(encoding="utf-8")
    for was, becomes in MORE.items():
        text = text.replace(was, becomes)
    road.file = old.folder / "changed.yaml"
    road.file.write_text(text, encoding="utf-8")
    road.plan = compile_plan(load(road.file))
    road.source = the_source(road.plan)
    return road


INTERRUPTED = """
import os, signal
from streams.state.redis.copier import RedisCopier
finish = RedisCopier.finish
async def interrupted(self, partition, held):
    await finish(self, partition, held)
    os.kill(os.getpid(), signal.SIGINT)
RedisCopier.finish = interrupted
"""
"""Put before the command: Ctrl-C when everything is copied, and the first partition has its position."""
AT_THE_END = """
import asyncio, os, signal
from streams.state.redis import RedisRegistry
keep = RedisRegistry.keep_carried
async def interrupted(self, version, carried):
    await keep(self, version, carried)
    if b'"whole":false' not in carried:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)
RedisRegistry.keep_carried = interrupted
"""
"""Put before the command: Ctrl-C when the last that there is to write has been written, and not yet acknowledged."""


def carrying(road: Road, before: str = "") -> subprocess.CompletedProcess[str]:
    """The command, with Python code run before it."""
    code = f"{before}\nimport sys\nfrom services.cli.main import main\nsys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, "definition", "carry", str(road.file), "--json"],
        env=os.environ | {"NSM_KAFKA": road.kafka.bootstrap, "NSM_REDIS": road.redis.url, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def carry(road: Road) -> Any:
    done = carrying(road)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def cut(road: Road) -> None:
    """Retention takes all that was read."""
    places = {TopicPartition(road.topic, n): one.position for n, one in road.standings().items()}
    with road.kafka.admin() as admin:
        admin.delete_records(places)


def wrong(road: Road, lines: list[bytes], readings: Readings, since_ms: int | None) -> Iterator[str]:
    """Where what is shown is not what SQL says of all events, or what could be shown is not."""
    reference = Reference(road.plan.definition)
    reference.load(road.source.source.name, lines)
    days = reference.days()
    for metric in road.plan.definition.metrics.values():
        for window in metric.windows:
            for at, right in zip(days, reference.metric(metric.name, window, days), strict=True):
                one = readings.running(metric.name, window, at)
                begun = since_ms is not None and metric.name in ("big", "shops")
                if begun and (one.start_ms is None or one.start_ms < (since_ms or 0)):
                    if one.value is not None:
                        yield f"{metric.name} {window.label} at {at}: {one.value}, which nobody can know"
                elif one.value != (right and right.exact):
                    yield f"{metric.name} {window.label} at {at}: {one.value}, not {right}"


@pytest.mark.parametrize("lost", [True, False], ids=["the topic has lost its beginning", "the topic is whole"])
def test_what_counts_as_before_goes_on_exactly_and_what_is_new_is_right_wherever_it_is_shown(
    old: Road, new: Road, *, lost: bool
) -> None:
    first, second = sales(0, 3_000), list[bytes]()

    def coming() -> Iterator[bytes]:
        for line in itertools.chain.from_iterable(sales(n, n + 50) for n in itertools.count(3_000, 50)):
            second.append(line)
            yield line

    worker = old.start()
    old.publish(first)
    until_all_is_read(old)
    with busy(old, coming(), 150):
        old.until_work()
        worker.process.kill()
        worker = old.start()
        old.until_work()
        if lost:
            cut(old)
        report = carry(new)
        killed = new.start()
        new.until_work()
        killed.process.kill()
        new.start()
        until(lambda: serving(new).served == report["other"], new.last_words)
    second.pop()  # was asked for, and no longer sent
    assert report["one"] == old.plan.version
    assert {name.partition(".")[0] for name in report["new"]} == {"big", "shops"}
    carried = asyncio.run(RedisRegistry(new.redis.url).carried(new.plan.version))
    assert carried is not None
    new.plan = compile_plan(new.plan.definition, msgspec.json.decode(carried, type=Carried))
    until_all_is_read(new)
    snapshots = all_snapshots(new)
    counted = [one.totals["counted"] for (topic, _), one in snapshots.items() if topic == new.topic]
    assert sum(counted) == len(first + second)
    at_ms = max(one.standing.watermark for one in snapshots.values())
    readings = Readings(new.plan, Cells.of(snapshots.values()), AsOf(at_ms, at_ms))
    assert list(wrong(new, first + second, readings, report["since_ms"]))[:5] == []
    if lost:
        assert BEGIN + 70 * DAY < report["since_ms"] < at_ms - 8 * DAY
    else:
        assert report["since_ms"] is None
        assert report["events"] > len(first)


def test_one_that_is_interrupted_says_what_that_means_and_is_begun_anew(old: Road, new: Road) -> None:
    worker = old.start()
    old.publish(sales(0, 300))
    until_all_is_read(old)
    assert worker.process.end(20) == 0
    was = serving(old)
    done = carrying(new, INTERRUPTED)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == (
        "cut off: what is served is as it was; nsm definition carry begins anew when it is run again\n"
    )
    assert serving(old) == was
    report = carry(new)
    assert (report["other"], report["events"]) == (new.plan.version, 300)


def test_one_that_is_interrupted_after_its_last_write_says_that_its_workers_can_begin(old: Road, new: Road) -> None:
    worker = old.start()
    old.publish(sales(0, 300))
    until_all_is_read(old)
    assert worker.process.end(20) == 0
    done = carrying(new, AT_THE_END)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith(f"cut off after the end: version {new.plan.version} has all that was carried over")
    new.start()
    until(lambda: serving(new).served == new.plan.version, new.last_words)
