"""What befell a call to another server is said in words, whatever raised it."""

import errno
import socket

import pytest

from schemas.errors import in_words

REFUSED = "[Errno 111] Connect call failed ('127.0.0.1', 1)"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)"), "connection refused"),
        (OSError(f"Multiple exceptions: {REFUSED}, {REFUSED}"), "connection refused"),
        (
            OSError(f"Multiple exceptions: {REFUSED}, [Errno 113] Connect call failed ('10.0.0.1', 1)"),
            "connection refused, no route to host",
        ),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name or service not known"),
        (TimeoutError(), "not in time"),
        (ConnectionError("Redis closed the connection."), "Redis closed the connection"),
        (ValueError("MISCONF Errors writing to the disk"), "MISCONF Errors writing to the disk"),
        (RuntimeError(), "RuntimeError"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_fault_is_said_without_numbers_and_names_of_python(fault: Exception, words: str) -> None:
    assert in_words(fault) == words


def test_what_a_call_really_meets_is_said_in_words() -> None:
    with pytest.raises(OSError, match="refused") as met, socket.create_connection(("127.0.0.1", 1), timeout=5):
        pass
    assert in_words(met.value) == "connection refused"
