"""Every expression of board and rules, asked of a real Prometheus that holds five weeks of what the exporter shows."""

import contextlib
import http.client
import json
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from schemas import names
from schemas.definition.loading import load
from schemas.definition.model import Calendar, Definition, Metric, Ratio
from services.provisioner.boards.row_metrics import dimensions_of
from services.provisioner.placed import all_expressions
from tests.services.provisioner.example import shop, starring
from tests.services.provisioner.golden import ROOT

HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
DEFINITIONS = {
    "shop": shop(),
    "calendar": starring("average_order_value", inputs=("orders_an_hour",)),
    "cdnow": load(ROOT / "deploy" / "definitions" / "cdnow.yaml"),
}
NOW = int(time.time()) // HOUR * HOUR


def moments() -> list[int]:
    """Hourly for five weeks, every minute in the last half hour."""
    return [*range(NOW - 5 * WEEK, NOW - HOUR, HOUR), *range(NOW - HOUR // 2, NOW + 1, 60)]


def _series(name: str, labels: dict[str, str], samples: dict[int, float]) -> list[str]:
    shown = ",".join(f'{key}="{value}"' for key, value in {**labels, "instance": "exporter:9464"}.items())
    return [f"{name}{{{shown}}} {value!r} {moment}" for moment, value in samples.items()]


def _family(name: str, rows: list[tuple[dict[str, str], dict[int, float]]]) -> list[str]:
    counter = name.endswith("_total")
    lines = [f"# TYPE {name.removesuffix('_total')} {'counter' if counter else 'gauge'}"]
    for labels, samples in rows:
        lines += _series(name, labels, samples)
    return lines


def _metric_rows(definition: Definition, metric: Metric) -> list[dict[str, str]]:
    window = metric.windows[0].label
    rows = [{"metric": metric.name, "window": window}]
    return rows + [
        {"metric": metric.name, "window": window, "dimension": dimension, "segment": segment}
        for dimension in dimensions_of(definition, metric)
        for segment in ("Delft", "other")
    ]


def exposition(definition: Definition) -> str:
    """What an exporter of this definition would have shown, as OpenMetrics with times."""
    steady = dict.fromkeys(moments(), 2.0)
    clock = {moment: moment - 5.0 for moment in moments()}
    rising = {moment: float(moment - moments()[0]) for moment in moments()}
    metrics = list(definition.metrics.values())
    whole = [(row, steady) for metric in metrics for row in _metric_rows(definition, metric)]
    ratios = [row for metric in metrics if isinstance(metric.value, Ratio) for row in _metric_rows(definition, metric)]
    calendar = [
        row for metric in metrics if isinstance(metric.windows[0], Calendar) for row in _metric_rows(definition, metric)
    ]
    topics = [source.topic for source in definition.sources]
    partitions = [{"topic": topic, "partition": partition} for topic in topics for partition in "01"]
    outcomes = [{"topic": topic, "outcome": outcome} for topic in topics for outcome in names.OUTCOMES]
    bounds = [
        {"metric": guardrail.metric, "bound": bound} for guardrail in definition.guardrails for bound in ("min", "max")
    ]
    star = definition.north_star
    families: dict[str, list[tuple[dict[str, str], dict[int, float]]]] = {
        names.METRIC_VALUE: whole,
        names.METRIC_NUMERATOR: whole,
        names.METRIC_DENOMINATOR: [(row, steady) for row in ratios],
        names.METRIC_COMPLETE: [(row, steady) for row in calendar],
        names.METRIC_TARGET: [({"metric": star.metric}, steady)],
        names.METRIC_AS_OF: [({"metric": metric.name}, clock) for metric in metrics],
        names.METRIC_COMPLETENESS: [({"metric": metric.name}, dict.fromkeys(moments(), 1.0)) for metric in metrics],
        names.GUARDRAIL_LIMIT: [(row, steady) for row in bounds],
        names.WATERMARK: [(row, clock) for row in partitions],
        names.EVENTS: [(row, rising) for row in outcomes],
        names.EVENTS_UNUSED: [({"measure": measure, "reason": "missing"}, rising) for measure in definition.measures],
        names.POSITION: [(row, rising) for row in partitions],
        names.POSITION_LAG: [(row, dict.fromkeys(moments(), 0.0)) for row in partitions],
        names.STATE_UP: [({}, dict.fromkeys(moments(), 1.0))],
        names.SNAPSHOT_AGE: [({}, clock)],
    }
    lines = [line for name, rows in families.items() if rows for line in _family(name, rows)]
    return "\n".join([*lines, "# EOF", ""])


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def get(address: str, path: str) -> tuple[int, str]:
    """Status and text of a page."""
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if get(address, "/-/ready")[0] == HTTPStatus.OK:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=list(DEFINITIONS))
def history(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Definition]]:
    """The address of a Prometheus that was filled for one definition, and the definition."""
    definition, folder = DEFINITIONS[request.param], tmp_path_factory.mktemp("prometheus")
    (folder / "history.txt").write_text(exposition(definition), encoding="utf-8")
    fill = ["promtool", "tsdb", "create-blocks-from", "--max-block-duration=744h"]
    fill += ["openmetrics", str(folder / "history.txt"), str(folder / "data")]
    subprocess.run(fill, check=True, capture_output=True)
    (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
    port, log = _free_port(), folder / "log"
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=60d",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT) as process:
        try:
            _ready(f"127.0.0.1:{port}", process, log)
            yield f"127.0.0.1:{port}", definition
        finally:
            process.terminate()


def ask(address: str, expression: str, moment: float = NOW) -> list[Any]:
    """The series of an instant query; an error of Prometheus fails with its text."""
    query = urllib.parse.urlencode({"query": expression, "time": moment})
    status, text = get(address, f"/api/v1/query?{query}")
    assert status == HTTPStatus.OK, f"{expression}\n{text}"
    found: list[Any] = json.loads(text)["data"]["result"]
    return found


def test_every_panel_shows_something_where_the_exporter_did(history: tuple[str, Definition]) -> None:
    address, definition = history
    for placed in all_expressions(definition):
        if placed.kind == "panel":
            assert ask(address, placed.text), f"{placed.place} is empty: {placed.text}"


def test_no_alert_speaks_while_all_is_well_but_those_about_dead_letters(history: tuple[str, Definition]) -> None:
    # in this history every outcome happens as often as any other
    address, definition = history
    speaking = {
        placed.place for placed in all_expressions(definition) if placed.kind == "alert" and ask(address, placed.text)
    }
    assert speaking == {"NorthStarDeadLetters", "NorthStarDeadLettersMany", "NorthStarLate"}


def test_alerts_speak_when_the_exporter_has_fallen_silent(history: tuple[str, Definition]) -> None:
    address, definition = history
    later = {
        placed.place
        for placed in all_expressions(definition)
        if placed.kind == "alert" and ask(address, placed.text, NOW + 2 * HOUR)
    }
    assert later == {"NorthStarExporterDown"}
