"""What is remembered of entities, folded by sessions of a worker: memory and Redis end as a plain fold does."""

import asyncio
import random

import pytest
from faust.types import TP
from redis import Redis

from streams.plan import compile_plan
from streams.rekeying.messages import Origin
from streams.state.port import Log, Partition
from streams.worker import session as sessions
from streams.worker.intake import SourceIntake
from streams.worker.session import Outlets, Session
from tests.contracts.states import ALL, State, in_memory, in_redis
from tests.servers import RedisServer
from tests.streams.folding import DAY, fold_log, nonzero, raws, the_source
from tests.streams.settling import LATENESS, late_log, settling
from tests.streams.worker.fakes import KeptLetters, KeptMessages, batch, eventually

PLAN = compile_plan(settling(lateness_ms=LATENESS, dedupe_ms=0))
SOURCE = the_source(PLAN)
PLACE, PARTITION = TP("shop", 0), Partition(PLAN.version, "shop", 0)
LOG_ = raws(late_log(random.Random(8), 150))
STEP = 25


async def folded_up_to(end: int, state: State) -> None:
    """By a session of its own, which knows nothing but what is stored."""
    stored, opened = await state.open(PARTITION, Log(0, len(LOG_), "id"))
    outlets = Outlets(KeptLetters(), KeptMessages())
    session = Session(PLACE, SourceIntake(PLAN, Origin(*PLACE, 1), opened), stored, opened, outlets)
    running = asyncio.create_task(session.run(lambda _: session.next))
    first = opened.standing.position
    await session.put(batch(first, min(first + STEP, end), log=LOG_))
    await eventually(lambda: session.committed == end)
    session.stop()
    await running
    session.close()


async def cells(state: State) -> dict[tuple[str, str], int]:
    names = {series.name for series in PLAN.series.values()}
    snapshot = await state.reader.snapshot(PARTITION, dict.fromkeys(names, ALL))
    assert snapshot is not None
    assert snapshot.standing.position == len(LOG_)
    return {
        (series, field): number
        for series, keys in snapshot.cells.items()
        for fields in keys.values()
        for field, number in fields.items()
        if number
    }


@pytest.mark.parametrize("kind", ["memory", "redis"])
def test_sessions_that_know_only_what_is_stored_come_to_the_cells_of_one_fold(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "IDLE_S", 0.02)
    state = in_memory()
    if kind == "redis":
        client: Redis = request.getfixturevalue("redis")
        server: RedisServer = request.getfixturevalue("redis_server")
        state = in_redis(client, server.url)

    async def test() -> None:
        before = None
        for end in range(STEP, len(LOG_) + STEP, STEP):
            await folded_up_to(min(end, len(LOG_)), state)
            if end == 4 * STEP:
                before = state.copied()
            if end == 7 * STEP:  # falls back by three commits, and takes them again
                state.fall_back(before)
                for again in range(5 * STEP, 8 * STEP, STEP):
                    await folded_up_to(again, state)
        found = await cells(state)
        whole = fold_log(the_source(compile_plan(settling(lateness_ms=9000 * DAY, dedupe_ms=0))), LOG_)
        assert found == nonzero([whole])
        assert any("|channel|ads" in field for _, field in found)

    state.run(test)
