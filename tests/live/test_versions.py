"""Two versions of a definition side by side in real Kafka and Redis, as people see them: through the exporter's answers
and ``nsm definition``, while one takes over from the other and its workers are killed in the middle.
"""

import copy
import itertools
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from redis import Redis

from schemas.definition.loading import load
from services.local.ports import free_port
from services.local.process import Process
from streams.plan import compile_plan
from tests.live.road import ROOT, SHORT, MakeRoad, Road, busy, orders, until
from tests.live.stages import until_all_is_read
from tests.live.taking_over import DIES
from tests.servers import KafkaServer, RedisServer
from tests.streams.folding import the_source

TEXT = """\
company: Test
time_zone: Europe/Amsterdam
events: {topic: TOPIC, keyed_by: user_id, lateness: 400d, dedupe: 1h}
measures:
  orders: {count: order, where: amount >= 0}
  same:   {count: order, where: amount >= 0}
  shops:  {distinct: shop, of: order}
metrics:
  orders: {measure: orders, window: lifetime}
  ratio:  {ratio: [orders, same], window: lifetime}
  shops:  {measure: shops, window: lifetime}
north_star: {metric: ratio}
"""


def sales(first: int, last: int) -> list[bytes]:
    return [line[:-1] + b',"shop":"s%d"}' % (n % 7) for n, line in enumerate(orders(last - first, first))]


class Answer(NamedTuple):
    """One of the exporter's, at one moment."""

    code: int
    versions: frozenset[str]
    values: dict[str, Any]


class Watched:
    """An exporter that is asked all the time by a thread of its own."""

    def __init__(self, address: str) -> None:
        self.address, self.answers, self._over = address, list[Answer](), threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.wait(0.02):
            self.answers.append(self.ask())

    def ask(self) -> Answer:
        try:
            with urllib.request.urlopen(f"{self.address}/v1/readings", timeout=20) as answer:  # noqa: S310 our own process
                told = json.load(answer)
        except (urllib.error.URLError, ConnectionError) as error:
            return Answer(getattr(error, "code", 0), frozenset(), {})
        readings = told["readings"]
        versions = frozenset([told["definition"], *(one["definition"] for one in readings)])
        return Answer(200, versions, {one["metric"]: one["value"] for one in readings})


@pytest.fixture
def old(new_road: MakeRoad, kafka: KafkaServer, redis_server: RedisServer, redis: Redis) -> Road:
    return new_road(kafka, redis_server, TEXT)


@pytest.fixture
def new(old: Road) -> Road:
    """The same road under a definition that counts fewer orders."""
    road = copy.copy(old)
    road.file = old.folder / "changed.yaml"
    road.file.write_text(old.file.read_text(encoding="utf-8").replace("amount >= 0", "amount >= 45"), encoding="utf-8")
    road.plan = compile_plan(load(road.file))
    road.source = the_source(road.plan)
    return road


def environment(road: Road) -> dict[str, str]:
    return {"NSM_KAFKA": road.kafka.bootstrap, "NSM_REDIS": road.redis.url, "PYTHONPATH": str(ROOT)}


@contextmanager
def exporter(road: Road) -> Iterator[Watched]:
    port = free_port()
    command = [sys.executable, "-m", "services.cli", "exporter", str(road.file), "--port", str(port)]
    process = Process(command, road.folder / "exporter.log", environment(road))
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _ready(address), process.last_lines)
        watched = Watched(address)
        try:
            yield watched
        finally:
            watched.end()
    finally:
        process.end(10)


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5):  # noqa: S310 our own process
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def run(road: Road, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``nsm definition ...``."""
    return subprocess.run(
        [sys.executable, "-m", "services.cli", "definition", *arguments],
        env=os.environ | environment(road),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def nsm(road: Road, *arguments: str) -> Any:
    """What it tells machines."""
    done = run(road, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def shows(watched: Watched, road: Road) -> None:
    until(lambda: watched.ask().versions == {road.plan.version}, lambda: f"{watched.ask()}")


def test_at_every_moment_one_version_is_shown_and_the_commands_say_and_do_what_they_should(
    old: Road, new: Road
) -> None:
    first, second = old.plan.version, new.plan.version
    before = old.start()
    old.publish(sales(0, 3_000))
    until_all_is_read(old)
    with exporter(old) as watched:
        coming = itertools.chain.from_iterable(sales(n, n + 100) for n in itertools.count(3_000, 100))
        with busy(old, coming, 300):
            new.start(SHORT + DIES.format(after=False)).ends()
            new.start(SHORT + DIES.format(after=True)).ends()
            new.start()
            shows(watched, new)
        until_all_is_read(old)
        until_all_is_read(new)
        served, kept = nsm(old, "status")
        assert [(one["version"], one["part"]) for one in (served, kept)] == [(second, "served"), (first, "before")]
        assert {one["lag"] for version in (served, kept) for one in version["partitions"]} == {0}
        assert nsm(old, "rollback", "--definition", str(old.file))["served"] == first
        shows(watched, old)
        assert nsm(old, "rollback", "--definition", str(old.file))["served"] == second
        shows(watched, new)
    seen = [version for answer in watched.answers for version in answer.versions]
    assert [one.code for one in watched.answers if one.code != 200] == []
    assert all(len(one.versions) == 1 for one in watched.answers)
    assert [version for version, _ in itertools.groupby(seen)] == [first, second, first, second]
    assert all(one.values["ratio"] == 1 and one.values["shops"] == 7 for one in watched.answers)
    refused = run(old, "retire", first, "--definition", str(new.file))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"a worker of version {first} would be stopped")
    assert nsm(old, "status")[1]["part"] == "before"
    before.process.end(20)
    gone = nsm(old, "retire", first, "--definition", str(new.file))
    assert gone["internal_topics"] == {"deleted": list(old.plan.stages), "left": []}
    with old.kafka.admin() as admin:
        assert {old.topic, *new.plan.stages} <= set(admin.list_topics())
    assert [one["part"] for one in nsm(old, "status")] == ["served", "retired"]
