"""The past in a real Prometheus: read back as it was told, filled twice as if once, recorded on from there."""

import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas import names
from services.history.blocks import fill, filled
from services.local import install
from services.local.parts import says_ok
from services.local.ports import LOOPBACK, Promises
from services.local.process import Process
from services.local.prometheus import HISTORY, Scrape, prometheus
from services.provisioner.rules.recording import FILE_NAME, recording_yaml
from tests.services.exporter.world import NOW
from tests.services.history.past import samples, told_by_events

Told = tuple[str, tuple[tuple[str, str], ...], float, float]
"""Name, labels, seconds, value."""
SELECT = '{__name__=~".*nsm_.*"}'
SOON_S = 150
"""Prometheus looks for blocks once a minute."""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """A Prometheus over this folder, as the local stack runs it; its address."""
    install.ensure(["prometheus", "promtool"])
    promises = Promises()
    port = promises.port_of("prometheus", 19_090, lambda _: None)
    (rules := folder / "rules").mkdir(exist_ok=True)
    (rules / FILE_NAME).write_text(recording_yaml(), encoding="utf-8")
    promises.release()
    part = prometheus(folder, port, Scrape(exporter=f"{LOOPBACK}:9", rules=rules))
    process = Process(part.command, folder / "prometheus.log", part.environment)
    try:
        assert process.wait_until(lambda: says_ok(port, "/-/ready"), 60), process.last_lines()
        yield part.address
    finally:
        process.end()


def ask(address: str, path: str, **query: object) -> list[Any]:
    url = f"{address}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 our own address
        found: list[Any] = json.loads(answer.read())["data"]["result"]
        return found


def read_back(address: str) -> list[Told]:
    """Every sample that there is of ours."""
    return sorted(
        (series["metric"]["__name__"], _labels(series["metric"]), float(at), float(value))
        for series in ask(address, "query", query=f"{SELECT}[400d]", time=NOW / 1000)
        for at, value in series["values"]
    )


def _labels(metric: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in metric.items() if name != "__name__"))


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return told_by_events(tmp_path_factory.mktemp("events"))


def as_told(text: str) -> list[Told]:
    return sorted((name, _labels(labels), at.timestamp(), value) for name, labels, at, value in samples(text))


def test_what_was_told_is_read_back_equal_and_twice_is_once_also_while_prometheus_runs(
    tmp_path: Path, text: str
) -> None:
    data, told = tmp_path / HISTORY, as_told(text)
    assert told
    promtool = install.program("promtool")
    fill([text], data, promtool, "first")
    with running(tmp_path) as address:
        assert read_back(address) == told
        before = filled(data)
        assert before is not None
        doubled = text.replace(" 60.0 ", " 61.0 ")  # a late correction
        assert doubled != text
        fill([doubled], data, promtool, "second")
        deadline = time.monotonic() + SOON_S
        while read_back(address) != as_told(doubled):
            assert time.monotonic() < deadline, "the new blocks were not found"
            time.sleep(2)
        assert not any((data / name).exists() for name in before.blocks)
    with running(tmp_path) as address:
        assert read_back(address) == as_told(doubled)


def test_prometheus_accepts_what_is_recorded_and_keeps_more_than_sixty_days(tmp_path: Path) -> None:
    install.ensure(["promtool"])
    file = tmp_path / FILE_NAME
    file.write_text(recording_yaml(), encoding="utf-8")
    done = subprocess.run(
        [install.program("promtool"), "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    compose = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text(encoding="utf-8"))
    part = prometheus(tmp_path, 9, Scrape(exporter=f"{LOOPBACK}:9", rules=tmp_path))
    for command in (compose["services"]["prometheus"]["command"], part.command):
        [kept] = (word.partition("=")[2] for word in command if word.startswith("--storage.tsdb.retention.time="))
        assert int(kept[:-1]) * {"d": 1, "w": 7, "y": 365}[kept[-1]] >= 60


def test_what_is_recorded_is_the_whole_once_however_many_exporters_show_it(tmp_path: Path) -> None:
    install.ensure(["promtool"])
    (tmp_path / FILE_NAME).write_text(recording_yaml(), encoding="utf-8")
    value = 'nsm_metric_value{metric="orders",window="day",dimension="%s",segment="%s",instance="%s"}'
    expected = 'nsm_metric_expected{metric="orders",window="day",bound="%s",instance="a"}'
    given = [
        *((value % ("", "", instance), "7x20") for instance in ("a", "b")),
        (value % ("city", "Ede", "a"), "9x20"),
        *((expected % bound, f"{number}x20") for bound, number in (("lower", 5), ("upper", 8))),
    ]
    recorded = {
        names.RECORDED_VALUE: [('{metric="orders", window="day"}', 7)],
        names.RECORDED_EXPECTED: [
            (f'{{bound="{b}", metric="orders", window="day"}}', n) for b, n in (("lower", 5), ("upper", 8))
        ],
    }
    test = {
        "rule_files": [FILE_NAME],
        "group_eval_order": ["nsm-recorded"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in given],
                "promql_expr_test": [
                    {
                        "expr": name,
                        "eval_time": "10m",
                        "exp_samples": [{"labels": name + labels, "value": number} for labels, number in found],
                    }
                    for name, found in recorded.items()
                ],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test), encoding="utf-8")
    command = [install.program("promtool"), "test", "rules", "test.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_moments_are_told_in_seconds(text: str) -> None:
    moments = {float(line.split()[-1]) for line in text.splitlines() if not line.startswith("#")}
    assert all(moment == int(moment) for moment in moments)
    assert max(moments) <= NOW / 1000
    assert datetime.fromtimestamp(max(moments), UTC).minute == 0
