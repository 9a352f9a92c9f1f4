"""The board in a terminal of its own."""

import asyncio
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.board.watch import Watch
from tests.services.board.steered import steered
from tests.services.board.watching import orders, tell
from tests.services.exporter.world import World

ROOT = Path(__file__).parents[3]
HOME = b"\x1b[H"
INTO_ALTERNATE, OUT_OF_ALTERNATE = b"\x1b[?1049h", b"\x1b[?1049l"
PATIENCE_S = 60
NOBODY = {"NSM_PROMETHEUS": "http://127.0.0.1:9", "NSM_ALERTMANAGER": "http://127.0.0.1:9"}


def read_until(terminal: int, found: Callable[[bytes], bool]) -> bytes:
    """What the terminal has shown by then."""
    shown, end = b"", time.monotonic() + PATIENCE_S
    while not found(shown):
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 65536)
    return shown


@contextmanager
def board_in(tmp_path: Path, exporter: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The terminal, from the side of who sits there, and the board in it."""
    try:
        terminal, inner = pty.openpty()
    except OSError as error:
        pytest.skip(f"this machine has no pseudo-terminals ({error}): keys and screen not tried")
    resize(terminal, 80, 24)
    environment = {name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    board = subprocess.Popen(
        [sys.executable, "-m", "services.cli", "board"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT), "TERM": "xterm", "NSM_EXPORTER": exporter, **NOBODY},
        stdin=inner,
        stdout=inner,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 no threads here
    )
    try:
        yield terminal, board
    finally:
        board.kill()
        board.wait()
        os.close(terminal)
        os.close(inner)


@pytest.mark.parametrize("key", [b"q", b"\x03"], ids=["q", "Ctrl-C"])
def test_it_takes_the_whole_screen_and_gives_it_back_when_asked_to_end(key: bytes, tmp_path: Path) -> None:
    with board_in(tmp_path, "http://127.0.0.1:9") as (terminal, board):
        before = termios.tcgetattr(terminal)
        shown = read_until(terminal, lambda text: b"q ends" in text)
        assert INTO_ALTERNATE in shown
        assert b"no exporter answers at http://127.0.0.1:9" in shown
        os.write(terminal, key)
        read_until(terminal, lambda text: OUT_OF_ALTERNATE in text)
        assert board.wait(PATIENCE_S) == 0
        assert termios.tcgetattr(terminal)[3] == before[3] | termios.ECHO | termios.ICANON


def test_it_fits_into_its_terminal_and_follows_it_when_that_grows(tmp_path: Path) -> None:
    def drawn(terminal: int, words: bytes) -> str:
        """The first whole picture with these words."""
        shown = read_until(terminal, lambda text: b"q ends" in text.partition(words)[2])
        return next(one for one in shown.split(HOME) if words in one).decode()

    def watched(exporter: str) -> tuple[str, str]:
        with board_in(tmp_path, exporter) as (terminal, _):
            low = drawn(terminal, b"neither Prometheus at 127.0.0.1:9")
            resize(terminal, 200, 70)
            return low, drawn(terminal, b"initiatives that run")

    async def story(world: World, watch: Watch) -> None:
        await orders(world, 5, days_ago=2)
        low, high = await asyncio.to_thread(watched, watch.exporter.url)
        assert "left out:" in low
        assert "initiatives that run" not in low
        assert low.count("\n") < 24
        assert "departments" in high
        assert "left out:" not in high

    tell(story, of=steered())


def resize(terminal: int, columns: int, lines: int) -> None:
    """As a person does who pulls at the window's corner."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def take_terminal() -> None:
    """Makes standard input the terminal that Ctrl-C comes from."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
