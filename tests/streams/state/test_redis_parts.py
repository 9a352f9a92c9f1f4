"""The parts of the Redis state that need no Redis."""

import pytest

from schemas.errors import StateError
from streams.state.port import NEVER, Commit, Standing
from streams.state.redis.carry import carry
from streams.state.redis.connection import Address
from streams.state.redis.server import judge_server, memory_of, read_info
from streams.state.redis.standing import standing_of


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://here", Address("here", 6379, ())),
        ("redis://here:7/0", Address("here", 7, ())),
        ("redis://[::1]:7/3", Address("::1", 7, (("SELECT", 3),))),
        ("redis://:p%40ss@here", Address("here", 6379, (("AUTH", "p@ss"),))),
        ("redis://me:pass@here:7/2", Address("here", 7, (("AUTH", "me", "pass"), ("SELECT", 2)))),
    ],
)
def test_an_address_is_read_from_the_url(url: str, address: Address) -> None:
    assert Address.parse(url) == address


def test_empty_parts_of_a_commit_make_no_keys() -> None:
    commit = Commit(
        standing=Standing(position=1), cells={"orders": {3: {}}}, totals={}, records={"users": {}}, ids={}, expired=[]
    )
    keys, arguments = carry(commit, "p:")
    assert keys == ["p:state", "p:totals", "p:index"]
    assert len(arguments) == 6


def test_only_a_position_that_is_an_offset_is_a_standing() -> None:
    assert standing_of([None, b"1", b"1", b"1", None]) is None
    assert standing_of([b"retired", b"1", b"1", b"1", None]) is None
    assert standing_of([b"7", None, b"-5", b"9", None]) == Standing(position=7, floor=NEVER, clock=-5, watermark=9)


def test_a_redis_too_old_is_refused_and_a_newer_kind_of_server_is_not() -> None:
    with pytest.raises(StateError, match=r"version 5\.0\.7"):
        judge_server({"redis_version": "5.0.7"})
    info = read_info(b"# Server\r\nredis_version:8.2.1\r\n\r\n# Persistence\r\naof_enabled:1\r\n")
    assert judge_server(info) == []


def test_how_full_redis_is_with_its_limit_and_without() -> None:
    assert memory_of({"used_memory": "1048576", "maxmemory": "0"}) == (1_048_576, None)
    assert memory_of({"used_memory": "1", "maxmemory": "2147483648"}) == (1, 2_147_483_648)
    with pytest.raises(StateError, match="does not say how much memory"):
        memory_of({})
