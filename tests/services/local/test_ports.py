import socket
from collections.abc import Iterator

import pytest

from services.local.ports import LOOPBACK, answers, free_port, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        yield int(server.getsockname()[1])


def test_a_taken_port_gives_the_next_free_one(taken: int) -> None:
    assert free_port(taken) > taken


def test_a_free_port_is_given_as_wanted() -> None:
    wanted = free_port()
    assert free_port(wanted) == wanted


def test_a_promised_port_is_not_promised_again() -> None:
    wanted = free_port()
    assert free_port(wanted, {wanted}) > wanted


def test_a_port_that_listens_is_neither_free_nor_silent(taken: int) -> None:
    assert not is_free(taken)
    assert answers(taken)
