"""``nsm up`` with a file that is not what is served says what leads to it."""

import asyncio

from redis import Redis

from services.local.not_served import serving_of, told
from streams.plan import compile_plan
from streams.state.redis import RedisRegistry
from streams.state.serving import NOTHING, Serving
from tests.servers import RedisServer
from tests.streams.folding import definition

PLAN = compile_plan(definition())


def test_a_version_that_is_served_needs_no_word() -> None:
    for serving in (NOTHING, Serving(served=PLAN.version, before="old")):
        assert not told(PLAN, serving, folds=True)


def test_after_a_rollback_another_one_is_the_way() -> None:
    said = told(PLAN, Serving(served="old", before=PLAN.version), folds=True)
    assert said == (
        f"This file is version {PLAN.version}, and version old is shown: {PLAN.version} was served before old and does "
        "not take over by itself: nsm definition rollback serves it again. Until then old stands still, unless workers "
        "with its file run elsewhere."
    )


def test_a_version_that_is_being_folded_is_waited_for() -> None:
    for serving in (Serving(served="old"), Serving(served="old", next=PLAN.version, before="older")):
        said = told(PLAN, serving, folds=True)
        assert f"version old is shown until {PLAN.version} has folded all" in said
        assert "stands still" in said
        assert "rollback" not in said


def test_without_a_worker_nothing_takes_over() -> None:
    said = told(PLAN, Serving(served="old"), folds=False)
    assert f"no worker folds {PLAN.version} to be served" in said
    assert "stands still" not in said


def test_it_is_asked_of_redis_and_one_that_is_away_says_nothing(redis_server: RedisServer, redis: Redis) -> None:
    assert redis.dbsize() == 0
    serving = Serving(served="old", before=PLAN.version, since_ms=5)
    company = PLAN.definition.company
    assert asyncio.run(RedisRegistry(redis_server.url).exchange(company, NOTHING, serving))
    assert serving_of(redis_server.url, company) == serving
    assert serving_of("redis://127.0.0.1:1/0", company) == NOTHING
