"""What Ctrl-C of a carry has left is told as it is."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from schemas.definition.loading import parse
from services.definition.cut_off import ANEW, left_by_carry
from streams.plan import Carried, compile_plan
from streams.state.memory import MemoryStore
from streams.state.redis import RedisRegistry
from tests.services.definition.two_versions import NEW

VERSION = compile_plan(parse(NEW)).version


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "nsm.yaml"
    file.write_text(NEW, encoding="utf-8")
    return file


def left(file: Path, carried: Carried | None) -> str:
    """Where the registry has this of the version."""

    async def story() -> str:
        store = MemoryStore()
        if carried is not None:
            await store.keep_carried(VERSION, msgspec.json.encode(carried))
        return await left_by_carry(file, store)

    return asyncio.run(story())


def test_until_all_is_written_it_begins_anew(file: Path) -> None:
    assert left(file, None) == ANEW
    assert left(file, Carried(before="v", whole=False, attempt="one")) == ANEW


def test_after_the_last_write_the_version_is_whole_and_wants_workers(file: Path) -> None:
    said = left(file, Carried(before="v"))
    assert said.startswith(f"cut off after the end: version {VERSION} has all that was carried over")
    assert "; start its workers (nsm up or nsm worker, with its file): they go on" in said
    assert "anew" not in said


def test_a_redis_that_is_away_cannot_say_which_it_is(file: Path) -> None:
    said = asyncio.run(left_by_carry(file, RedisRegistry("redis://127.0.0.1:1/0")))
    assert said.startswith("cut off, and Redis does not say how far it came")
