"""The board in a terminal of its own."""

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
INTO_ALTERNATE, OUT_OF_ALTERNATE = b"\x1b[?1049h", b"\x1b[?1049l"
PATIENCE_S = 20


def read_until(terminal: int, found: Callable[[bytes], bool]) -> bytes:
    """What the terminal has shown by then."""
    shown, end = b"", time.monotonic() + PATIENCE_S
    while not found(shown):
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 65536)
    return shown


@pytest.mark.parametrize("key", [b"q", b"\x03"], ids=["q", "Ctrl-C"])
def test_it_takes_the_whole_screen_and_gives_it_back_when_asked_to_end(key: bytes, tmp_path: Path) -> None:
    try:
        terminal, inner = pty.openpty()
    except OSError as error:
        pytest.skip(f"this machine has no pseudo-terminals ({error}): keys and screen not tried")
    before = termios.tcgetattr(inner)
    board = subprocess.Popen(
        [sys.executable, "-m", "services.cli", "board"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "NSM_EXPORTER": "http://127.0.0.1:9"},
        stdin=inner,
        stdout=inner,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 no threads here
    )
    try:
        shown = read_until(terminal, lambda text: b"q ends" in text)
        assert INTO_ALTERNATE in shown
        assert b"no exporter answers at http://127.0.0.1:9" in shown
        os.write(terminal, key)
        read_until(terminal, lambda text: OUT_OF_ALTERNATE in text)
        assert board.wait(PATIENCE_S) == 0
        assert termios.tcgetattr(inner)[3] == before[3]
    finally:
        board.kill()
        board.wait()
        os.close(terminal)
        os.close(inner)


def take_terminal() -> None:
    """Makes standard input the terminal that Ctrl-C comes from."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
