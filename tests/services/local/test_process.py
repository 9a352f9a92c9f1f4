import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from services.local.process import Process

ROOT = Path(__file__).parents[3]
PARENT = """
import sys, time
from pathlib import Path
from services.local.process import Process
child = Process(["sleep", "60"], Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""


def is_gone(pid: int, within_seconds: float = 5) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not is_gone(child, within_seconds=0.2)
        parent.send_signal(signal.SIGKILL)
    assert is_gone(child)


def test_a_child_that_will_not_end_is_made_to(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = Process(["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"], log)
    assert process.wait_until(lambda: "deaf" in log.read_text(encoding="utf-8"), 5)
    assert process.end(grace_seconds=0.3) == -signal.SIGKILL


def test_the_last_lines_are_those_of_this_run(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("of a run before\n", encoding="utf-8")
    process = Process(["sh", "-c", "echo out; echo err >&2"], log)
    assert not process.wait_until(lambda: False, 5)
    assert process.last_lines() == "out\nerr"
