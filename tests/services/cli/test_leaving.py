"""Whoever reads the output, or typed the command, may leave at any moment: that is no fault of anything."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.main import main
from tests.services.definition.two_versions import NEW, OLD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(NEW, encoding="utf-8")
    return tmp_path


def ended(words: str, folder: Path, stdout: int, unbuffered: str) -> tuple[int, str]:
    """Exit code of a command, and what it says of a place that takes no output."""
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", *words.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONUNBUFFERED": unbuffered},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


COMMANDS = pytest.mark.parametrize("words", ["init --list", "definition diff old.yaml new.yaml"])
BUFFERED = pytest.mark.parametrize("unbuffered", ["", "1"])


@BUFFERED
@COMMANDS
def test_a_reader_that_leaves_is_told_nothing(words: str, unbuffered: str, folder: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    assert ended(words, folder, writes, unbuffered) == (1, "")
    os.close(writes)


@BUFFERED
@COMMANDS
def test_a_disk_that_is_full_is_said(words: str, unbuffered: str, folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        told = ended(words, folder, full.fileno(), unbuffered)
    assert told == (1, "the output cannot be written: no space left on device\n")


@pytest.mark.parametrize("closed", [">&-", "<&- >&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("words", "code"), [("init --list", 0), ("check new.yaml", 0), ("definition diff old.yaml new.yaml", 1)]
)
def test_a_command_whose_output_nobody_wants_does_what_it_does(
    words: str, code: int, closed: str, folder: Path
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "{sys.executable}" -m services.cli {words} {closed}'],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_streams_that_are_closed_may_be_asked_whether_they_are_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert main(["init", "--list"]) == 0
    assert not any(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.close()


def test_ctrl_c_while_a_command_is_loaded_is_as_quiet_as_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib, "import_module", interrupted)
    assert main(["check"]) == 130
