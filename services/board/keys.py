"""Single keys from a terminal, without Enter and without echo."""

import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

Pressed = Callable[[float], str]
GONE: Final = "\x04"
"""Ctrl-D, and what is read of a terminal that was closed."""


@contextmanager
def keys() -> Iterator[Pressed]:
    """What waits up to so many seconds for a key, and gives it; empty when none came."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def pressed(seconds: float) -> str:
        ready, _, _ = select.select([terminal], [], [], seconds)
        if not ready:
            return ""
        try:
            return sys.stdin.read(1) or GONE
        except OSError:
            return GONE

    try:
        tty.setcbreak(terminal)
        yield pressed
    finally:
        with suppress(termios.error):  # of a terminal that was closed there is nothing to put right
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
