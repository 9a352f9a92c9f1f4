"""The command, ready to be run."""

from pathlib import Path

import pytest

from tests.services.replay.replaying import Replay


@pytest.fixture
def replay(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Replay:
    return Replay(tmp_path, capsys, monkeypatch)
