"""A real Prometheus over a past that was made up, and what it answers."""

import contextlib
import http.client
import json
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from services.local.ports import LOOPBACK, free_port
from services.local.prometheus import KEPT_FOR


@contextlib.contextmanager
def prometheus_over(history: str, folder: Path) -> Iterator[str]:
    """The address of one that holds this OpenMetrics text and scrapes nothing; it ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.txt").write_text(history, encoding="utf-8")
    fill = ["promtool", "tsdb", "create-blocks-from", "--max-block-duration=744h"]
    fill += ["openmetrics", str(folder / "history.txt"), str(folder / "data")]
    subprocess.run(fill, check=True, capture_output=True)
    (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
    address, log = f"{LOOPBACK}:{free_port()}", folder / "log"
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--storage.tsdb.retention.time={KEPT_FOR}",
        f"--web.listen-address={address}",
    ]
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT) as process:
        try:
            _ready(address, process, log)
            yield address
        finally:
            process.terminate()


def ask(address: str, expression: str, moment: float) -> list[Any]:
    """The series of an instant query; an error of Prometheus fails with its text."""
    query = urllib.parse.urlencode({"query": expression, "time": moment})
    status, text = get(address, f"/api/v1/query?{query}")
    assert status == HTTPStatus.OK, f"{expression}\n{text}"
    found: list[Any] = json.loads(text)["data"]["result"]
    return found


def get(address: str, path: str) -> tuple[int, str]:
    """Status and text of a page."""
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if get(address, "/-/ready")[0] == HTTPStatus.OK:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))
