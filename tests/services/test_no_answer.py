"""A server that is not there is said with what helps, by every command alike."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from services.cli.main import main
from services.local.ports import free_port
from services.no_answer import no_answer

ROOT = Path(__file__).parents[2]
NOBODY = "127.0.0.1:1"
HELPS = "run everything with nsm up, or say where it is with NSM_"
PATIENCE_S = 60


def test_the_password_of_a_url_is_not_told() -> None:
    told = no_answer("redis", "redis://me:hunter2@state.example:6380/3", "refused")
    assert told == f"Redis at state.example:6380 does not answer (refused); {HELPS}REDIS"


@pytest.mark.parametrize(
    ("command", "parts"), [("worker", ("Kafka",)), ("exporter", ("Redis", "Kafka"))], ids=["worker", "exporter"]
)
def test_a_service_says_what_does_not_answer_and_what_helps(
    command: str, parts: tuple[str, ...], tmp_path: Path
) -> None:
    port = ["--port", str(free_port())] if command == "exporter" else []
    process = subprocess.Popen(
        [sys.executable, "-m", "services.cli", command, str(ROOT / "deploy/definitions/cdnow.yaml"), *port],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NSM_KAFKA": NOBODY, "NSM_REDIS": f"redis://{NOBODY}/0"},
        stderr=subprocess.PIPE,
        text=True,
    )
    patience = Timer(PATIENCE_S, process.kill)
    patience.start()
    try:
        assert process.stderr is not None
        missing = set(parts)
        for line in process.stderr:
            missing -= {part for part in missing if f"{part} at {NOBODY} does not answer" in line and HELPS in line}
            if not missing:
                break
        assert not missing
    finally:
        patience.cancel()
        process.kill()
        process.wait(PATIENCE_S)
        if process.stderr is not None:
            process.stderr.close()


@pytest.mark.parametrize("command", ["worker", "exporter"])
def test_what_is_no_url_of_a_redis_is_said_with_its_variable_before_anything_is_waited_for(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NSM_REDIS", "hunter2")
    assert main([command, str(ROOT / "deploy/definitions/cdnow.yaml")]) == 1
    said = capsys.readouterr().err
    assert said == "NSM_REDIS is no URL of a Redis, as redis://[:password@]host:port/database is\n"
