"""Whoever reads the output, or typed the command, may leave at any moment: that is no fault of anything."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.main import main
from tests.services.definition.two_versions import NEW, OLD


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["init --list", "definition diff old.yaml new.yaml"])
def test_a_reader_that_leaves_is_told_nothing(words: str, unbuffered: str, tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(NEW, encoding="utf-8")
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", *words.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONUNBUFFERED": unbuffered},
        stdout=writes,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writes)
    assert (done.returncode, done.stderr) == (1, "")


def test_ctrl_c_while_a_command_is_loaded_is_as_quiet_as_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib, "import_module", interrupted)
    assert main(["check"]) == 130
