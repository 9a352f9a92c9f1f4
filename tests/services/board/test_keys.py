"""Keys of a terminal, and a terminal that is closed while they are waited for."""

import os
import pty
import sys
import termios
import tty
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from services.board.command import QUIT
from services.board.keys import keys

PATIENCE_S = 60.0


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[BinaryIO]:
    """The side that types: of a terminal, or of a pipe where this machine has no pseudo-terminals."""
    try:
        typing, inner = pty.openpty()
    except OSError:
        inner, typing = os.pipe()
        for name in ("tcgetattr", "tcsetattr"):
            monkeypatch.setattr(termios, name, lambda *_: [])
        monkeypatch.setattr(tty, "setcbreak", lambda *_: None)
    with os.fdopen(typing, "wb", buffering=0) as hand, os.fdopen(inner, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield hand


def test_a_key_is_given_and_none_is_nothing(hand: BinaryIO) -> None:
    with keys() as pressed:
        assert pressed(0.0) == ""
        hand.write(b"x")
        assert pressed(PATIENCE_S) == "x"


def test_a_terminal_that_was_closed_asks_to_end_each_time(hand: BinaryIO) -> None:
    with keys() as pressed:
        hand.close()
        assert pressed(PATIENCE_S) in QUIT
        assert pressed(PATIENCE_S) in QUIT
