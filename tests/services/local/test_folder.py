import fcntl
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import StackError
from services.local.folder import DataFolder
from services.settings import running_stack


def test_a_folder_in_use_is_refused_with_its_holder(tmp_path: Path) -> None:
    with DataFolder(tmp_path), pytest.raises(StackError, match=rf"process {os.getpid()};"), DataFolder(tmp_path):
        pass


def test_a_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with DataFolder(tmp_path):
            pass


def test_who_only_asks_whether_it_is_in_use_keeps_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "lock").open("wb") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        monkeypatch.setattr("services.local.folder.time.sleep", lambda _: asking.close())
        with DataFolder(tmp_path):
            assert asking.closed


def test_the_holder_is_the_present_one_not_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("12345678901234\n", encoding="utf-8")
    with DataFolder(tmp_path):
        assert (tmp_path / "lock").read_text(encoding="utf-8") == f"{os.getpid()}\n"


def test_what_runs_is_announced_while_it_runs(tmp_path: Path) -> None:
    with DataFolder(tmp_path) as folder:
        folder.announce({"kafka": "127.0.0.1:1"})
        assert running_stack(folder.stack_file) == {"kafka": "127.0.0.1:1", "pid": os.getpid()}
    assert not folder.stack_file.exists()


def test_what_a_killed_stack_left_is_ignored_and_swept_up(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    stale = tmp_path / "stack.json"
    stale.write_text(json.dumps({"kafka": "127.0.0.1:1", "pid": ended.pid}), encoding="utf-8")
    assert running_stack(stale) == {}
    with DataFolder(tmp_path):
        assert not stale.exists()


def test_the_refusal_says_what_to_do(tmp_path: Path) -> None:
    with DataFolder(tmp_path), pytest.raises(StackError, match=re.escape("--data")), DataFolder(tmp_path):
        pass
