"""The commands over a real Redis, as they are typed."""

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaProducer
from redis import Redis

from schemas.definition.loading import load
from schemas.errors import LogError
from services.cli.main import main
from services.definition import command
from services.definition.log_ends import ends
from streams.plan import Plan, compile_plan
from streams.state.port import Commit, Log, Partition, Standing
from streams.state.redis import RedisRegistry, RedisStore
from streams.state.serving import NOTHING, Serving
from tests.servers import KafkaServer, RedisServer

FILE = Path(__file__).parents[3] / "deploy/definitions/cdnow.yaml"
DEFINITION = load(FILE)
OLD = compile_plan(DEFINITION)
NEW = compile_plan(msgspec.structs.replace(DEFINITION, week_starts="sunday"))
TOPIC, END = DEFINITION.sources[0].topic, 1_000
ORDERED = [NEW.version, OLD.version]


async def folded(url: str, plan: Plan) -> None:
    store, registry = RedisStore(url), RedisRegistry(url)
    await store.fix_partitions(plan.version, TOPIC, 1)
    await registry.keep_definition(plan.version, msgspec.json.encode(plan.definition))
    session, _ = await store.open(Partition(plan.version, TOPIC, 0), Log(0, END, "id"))
    await session.apply(Commit(standing=Standing(position=END), cells={}, totals={"counted": 1}, records={}, ids={}))
    session.close()


@pytest.fixture
def url(redis: Redis, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a Redis with two versions, the new one served; the log ends where both stand."""

    async def known(*_: object) -> dict[tuple[str, int], int]:
        return {(TOPIC, 0): END}

    async def begin() -> None:
        for plan in (OLD, NEW):
            await folded(redis_server.url, plan)
        serving = Serving(served=NEW.version, before=OLD.version, since_ms=1)
        assert await RedisRegistry(redis_server.url).exchange(DEFINITION.company, NOTHING, serving)

    assert redis.dbsize() == 0
    monkeypatch.setenv("NSM_REDIS", redis_server.url)
    monkeypatch.setenv("NSM_KAFKA", "127.0.0.1:1")
    monkeypatch.setattr(command, "ends", known)
    asyncio.run(begin())
    return redis_server.url


def nsm(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    """Exit code, and what was printed for machines."""
    code = main(["definition", *words, "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out) if out else None


@pytest.mark.usefixtures("url")
def test_a_file_is_compared_with_what_is_served_and_the_exit_code_says_whether_it_folds_anew(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, found = nsm(capsys, "diff", str(FILE))
    assert (code, found["one"], found["other"], found["anew"]) == (1, *ORDERED, True)
    assert nsm(capsys, "rollback", "--definition", str(FILE))[0] == 0
    code, found = nsm(capsys, "diff", str(FILE))
    assert (code, found["anew"], found["counted"], found["shown"]) == (0, False, [], [])
    assert main(["definition", "diff", str(FILE), str(FILE)]) == 0
    assert "nothing is folded anew" in capsys.readouterr().out


def test_a_version_is_rolled_back_and_the_other_retired(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = nsm(capsys, "status")
    assert code == 0
    assert [(one["version"], one["part"], one["partitions"][0]["lag"]) for one in found] == [
        (NEW.version, "served", 0),
        (OLD.version, "before", 0),
    ]
    assert main(["definition", "retire", NEW.version, "--definition", str(FILE)]) == 1
    assert "is served" in capsys.readouterr().err
    code, found = nsm(capsys, "rollback", "--definition", str(FILE))
    assert (code, found["served"], found["before"]) == (0, OLD.version, NEW.version)
    code, found = nsm(capsys, "retire", NEW.version, "--definition", str(FILE))
    stood = found["stood"]
    assert (code, stood["version"], stood["partitions"][0]["position"]) == (0, NEW.version, END)
    assert found["internal_topics"] == {"deleted": [], "left": []}
    with pytest.raises(LogError, match="retired"):
        asyncio.run(folded(url, NEW))
    assert main(["definition", "status"]) == 0
    served, retired = capsys.readouterr().out.splitlines()
    assert served.startswith(f"{OLD.version}  served, {DEFINITION.company}, at the logs' ends")
    assert retired.startswith(f"{NEW.version}  retired")
    assert main(["definition", "rollback", "--definition", str(FILE)]) == 1
    assert "before" in capsys.readouterr().err


def test_a_state_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("NSM_REDIS", "redis://127.0.0.1:1/0")
    assert main(["definition", "status"]) == 1
    assert "Redis at 127.0.0.1:1 does not answer" in capsys.readouterr().err


def test_a_kafka_that_is_away_tells_no_ends() -> None:
    assert asyncio.run(ends("127.0.0.1:1", {TOPIC: 1})) == {}


def test_the_ends_of_the_logs_are_kafkas_and_topics_that_are_gone_have_none(kafka: KafkaServer) -> None:
    topic = kafka.new_topic(2)
    with contextlib.closing(KafkaProducer(bootstrap_servers=kafka.bootstrap)) as producer:
        for n in range(3):
            producer.send(topic, b"one", partition=n % 2)
        producer.flush()
    found = asyncio.run(ends(kafka.bootstrap, {topic: 2, "never-there": 4}))
    assert found == {(topic, 0): 2, (topic, 1): 1}
