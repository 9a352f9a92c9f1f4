"""Being asked to end, as an exception, so that what was started is ended on the way out."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASKED_TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def leaving_on_signals() -> Iterator[None]:
    """The first raises KeyboardInterrupt (SIGINT) or SystemExit; those that follow find it leaving already.

    Only the main thread can be asked.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _leave) for number in ASKED_TO_END}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    for each in ASKED_TO_END:
        signal.signal(each, _already_leaving)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)


def _already_leaving(_number: int, _frame: FrameType | None) -> None:
    """Whoever asks again is not in a greater hurry than parts that need their time; SIGKILL ends them all at once."""
