"""``nsm up`` with real Kafka, Redis, Prometheus and Alertmanager; only our own services are fakes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil
import pytest

from schemas.definition.loading import load
from services.local import install, topics
from services.local.parts import says_ok
from tests.servers import KafkaServer, RedisServer

ROOT = Path(__file__).parents[2]
DRIVER = ROOT / "tests/services/local/driver.py"
DEFINITION = """\
company: Versvork
time_zone: Europe/Amsterdam
events: {topic: product-events, keyed_by: user_id}
measures:
  orders: {count: order_completed}
metrics:
  daily_orders: {measure: orders, window: {calendar: day}}
north_star: {metric: daily_orders}
"""
UP_WITHIN_SECONDS = 60


class Running(msgspec.Struct, frozen=True):
    """A stack in a process of its own."""

    process: subprocess.Popen[str]
    folder: Path

    @property
    def addresses(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.folder / ".nsm/stack.json").read_text(encoding="utf-8"))
        return found

    def end(self, number: signal.Signals) -> str:
        """What it said, once it and all its parts have ended."""
        children = psutil.Process(self.process.pid).children()
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=40)
        assert children
        assert all_gone(children)
        return said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    install.ensure([program.name for program in install.PROGRAMS])
    (tmp_path / "nsm.yaml").write_text(DEFINITION, encoding="utf-8")
    return tmp_path


@contextmanager
def stack(folder: Path, **environment: str) -> Iterator[Running]:
    """Started; wait with ``until_up`` for what it becomes."""
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), "nsm.yaml", ".nsm"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    try:
        yield Running(process, folder)
    finally:
        process.kill()
        process.communicate()


def until_up(running: Running) -> None:
    deadline = time.monotonic() + UP_WITHIN_SECONDS
    while not (running.folder / ".nsm/stack.json").exists():
        assert running.process.poll() is None, running.process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def all_gone(children: list[psutil.Process], within_seconds: float = 5) -> bool:
    """Ended, even where nobody has asked for their exit codes yet."""
    deadline = time.monotonic() + within_seconds
    while any(is_at_work(child) for child in children):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def is_at_work(child: psutil.Process) -> bool:
    try:
        return child.is_running() and child.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def answers(url: str, path: str) -> bool:
    return says_ok(int(url.rpartition(":")[2]), path)


def test_everything_is_up_then_ends_on_ctrl_c(folder: Path) -> None:
    with stack(folder) as running:
        until_up(running)
        addresses = running.addresses
        assert addresses.keys() == {"kafka", "redis", "exporter", "prometheus", "alertmanager", "pid"}
        assert answers(addresses["prometheus"], "/-/healthy")
        assert answers(addresses["alertmanager"], "/-/healthy")
        with stack(folder) as second:
            said, _ = second.process.communicate(timeout=20)
            assert f"in use by the stack of process {running.process.pid}" in said
        said = running.end(signal.SIGINT)
        assert running.process.returncode == 0
    for name in ("kafka", "redis", "exporter", "worker-1", "prometheus", "alertmanager"):
        assert f"{name} has ended" in said
    assert not (folder / ".nsm/stack.json").exists()


@pytest.fixture
def lent(kafka: KafkaServer, redis_server: RedisServer) -> dict[str, str]:
    """The servers that the tests share, in place of the stack's own: quicker."""
    return {"NSM_KAFKA": kafka.bootstrap, "NSM_REDIS": redis_server.url}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_part_outlives_the_stack(folder: Path, lent: dict[str, str], number: signal.Signals) -> None:
    with stack(folder, **lent) as running:
        until_up(running)
        running.end(number)


def test_asked_to_end_twice_at_once_it_ends_everything_in_order_and_says_so(folder: Path, lent: dict[str, str]) -> None:
    with stack(folder, **lent) as running:
        until_up(running)
        running.process.send_signal(signal.SIGTERM)
        said = running.end(signal.SIGINT)
    assert "Traceback" not in said
    for name in ("exporter", "worker-1", "prometheus", "alertmanager"):
        assert f"{name} has ended" in said
    assert not (folder / ".nsm/stack.json").exists()


def test_servers_that_run_already_are_used(folder: Path, lent: dict[str, str]) -> None:
    with stack(folder, **lent) as running:
        until_up(running)
        assert running.addresses["kafka"] == lent["NSM_KAFKA"]
        assert running.addresses["redis"] == lent["NSM_REDIS"]
        assert not (folder / ".nsm/kafka").exists()


def test_a_part_that_dies_ends_the_rest_and_is_named(folder: Path, lent: dict[str, str]) -> None:
    with stack(folder, **lent) as running:
        until_up(running)
        children = psutil.Process(running.process.pid).children()
        (folder / "fail").touch()
        said, _ = running.process.communicate(timeout=20)
        assert "worker-1 ended with exit code 1" in said
        assert "the fake worker was told to fail" in said
        assert running.process.returncode == 1
        assert all_gone(children)


def test_topics_are_made_once_with_their_dead_letters(kafka: KafkaServer, folder: Path) -> None:
    definition = load(folder / "nsm.yaml")
    topics.create_topics(kafka.bootstrap, definition)
    assert topics.create_topics(kafka.bootstrap, definition) == []
    with kafka.admin() as admin:
        assert {"product-events", "product-events.dead-letter"} <= set(admin.list_topics())
