"""A child process that ends with its parent.

On Linux the kernel ends it when the parent is gone, however that went (PR_SET_PDEATHSIG, through util-linux' setpriv).
The signal follows the *thread* that started the child, so children are started from the main thread.
Each child leads a session of its own: Ctrl-C in the terminal reaches the parent, which then ends its children in order.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LAST_LINES = 15


class Process:
    """One running program with its log file."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        """Starts it.  The environment is added to this process's own; the log is begun anew."""
        guard = shutil.which("setpriv")
        self.command = [*((guard, "--pdeathsig", "KILL", "--") if guard else ()), *command]
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._child.poll()

    def signal(self, number: signal.Signals) -> None:
        """Reaches the child and whatever it started; nothing when it is gone."""
        if self.exit_code() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def end(self, grace_seconds: float = 10) -> int:
        """Asks it to end, insists after the grace, and returns its exit code."""
        self.signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._child.wait(grace_seconds)
        return self.kill()

    def kill(self) -> int:
        self.signal(signal.SIGKILL)
        return self._child.wait()

    def last_lines(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-LAST_LINES:])

    def wait_until(self, ready: Callable[[], bool], within_seconds: float) -> bool:
        """False when it ended, or was not ready within the time."""
        deadline = time.monotonic() + within_seconds
        while time.monotonic() < deadline and self.exit_code() is None:
            if ready():
                return True
            time.sleep(0.05)
        return False
