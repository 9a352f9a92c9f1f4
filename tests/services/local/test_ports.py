import socket
from collections.abc import Iterator

import pytest

from services.local.ports import LOOPBACK, Promises, answers, free_port, is_free


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


def test_a_port_promised_to_one_stack_is_not_promised_to_another_that_starts_at_the_same_moment() -> None:
    wanted, one, other = free_port(), Promises(), Promises()
    assert one.port(wanted) == wanted
    assert other.port(wanted) > wanted
    one.release()
    other.release()
    assert other.port(wanted) == wanted
    other.release()


def test_a_part_that_is_not_where_it_usually_is_says_where_it_is(taken: int) -> None:
    said: list[str] = []
    promises = Promises()
    free = free_port()
    assert promises.port_of("redis", free, said.append) == free
    assert said == []
    port = promises.port_of("exporter", taken, said.append)
    assert said == [f"{taken} is taken: exporter on {port}"]
    promises.release()


def test_a_port_that_listens_is_neither_free_nor_silent(taken: int) -> None:
    assert not is_free(taken)
    assert answers(taken)
