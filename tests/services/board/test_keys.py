"""Keys of a terminal, and a terminal that is closed while they are waited for."""

import os
import pty
import sys

import pytest

from services.board.command import QUIT
from services.board.keys import keys

PATIENCE_S = 60.0


def test_a_key_is_given_and_none_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, inner = pty.openpty()
    with os.fdopen(inner, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with keys() as pressed:
            assert pressed(0.0) == ""
            os.write(terminal, b"x")
            assert pressed(PATIENCE_S) == "x"
    os.close(terminal)


def test_a_terminal_that_was_closed_asks_to_end_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, inner = pty.openpty()
    with os.fdopen(inner, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with keys() as pressed:
            os.close(terminal)
            assert pressed(PATIENCE_S) in QUIT
            assert pressed(PATIENCE_S) in QUIT
