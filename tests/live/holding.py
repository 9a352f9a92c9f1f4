"""A Prometheus that holds samples with times, as OpenMetrics has them."""

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


@contextlib.contextmanager
def holding(text: str, folder: Path) -> Iterator[str]:
    """Its address."""
    folder.mkdir(parents=True)
    (folder / "history.txt").write_text(text, encoding="utf-8")
    fill = ["promtool", "tsdb", "create-blocks-from", "--max-block-duration=744h"]
    subprocess.run(
        [*fill, "openmetrics", str(folder / "history.txt"), str(folder / "data")], check=True, capture_output=True
    )
    (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listening.getsockname()[1]}"
    command = ["prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    command += ["--storage.tsdb.retention.time=60d", f"--web.listen-address={address}"]
    log = folder / "log"
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT) as process:
        try:
            _until_ready(address, process, log)
            yield address
        finally:
            process.terminate()


def asked(address: str, expression: str, moment: float) -> list[Any]:
    """The series of an instant query; an error of Prometheus fails with its text."""
    query = urllib.parse.urlencode({"query": expression, "time": moment})
    status, text = _get(address, f"/api/v1/query?{query}")
    assert status == HTTPStatus.OK, f"{expression}\n{text}"
    found: list[Any] = json.loads(text)["data"]["result"]
    return found


def _get(address: str, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if _get(address, "/-/ready")[0] == HTTPStatus.OK:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))
