"""Whatever two workers and a falling-back store do, memory and Redis answer alike."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from redis import Redis

from schemas.errors import NsmError
from streams.state.port import LIMIT, NEVER, Commit, KeySpan, Log, Session, Standing
from tests.contracts.states import HERE, State, in_memory, in_redis
from tests.servers import RedisServer

AMOUNTS = st.one_of(
    st.integers(-3, 3), st.sampled_from([2**53 - 1, 2**53 + 1, -(2**61), 2**61 + 255, LIMIT - 1, LIMIT])
)
DELTAS = st.dictionaries(st.sampled_from(["1", "2", "2|city|Oss"]), AMOUNTS, max_size=3)
NUMBERS = st.integers(-1, 3)
ENTITIES = st.sampled_from(["a", "b", "c"])
SPACES = st.sampled_from(["users", "accounts"])
WORKERS = st.integers(0, 1)

commits = st.builds(
    Commit,
    standing=st.builds(Standing, position=st.integers(0, 60), floor=st.just(NEVER) | st.integers(-9, 9)),
    cells=st.dictionaries(st.sampled_from(["orders", "a:1"]), st.dictionaries(NUMBERS, DELTAS, max_size=2), max_size=2),
    totals=DELTAS,
    records=st.dictionaries(SPACES, st.dictionaries(ENTITIES, st.binary(max_size=2), max_size=3), max_size=2),
    ids=st.dictionaries(
        st.integers(0, 3), st.sampled_from([b"", b"12345678", b"abcdefghABCDEFGH", b"odd"]), max_size=2
    ),
    expired=st.sets(st.integers(0, 3), max_size=2),
)
logs = st.builds(Log, begin=st.integers(0, 3), end=st.integers(5, 70), topic_id=st.just("one"))
good_log = st.just(Log(begin=0, end=70, topic_id="one"))
spans = st.lists(st.builds(KeySpan, st.none() | NUMBERS, NUMBERS), max_size=3)
steps: SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just("open"), WORKERS, good_log | good_log | logs),
    st.tuples(st.just("apply"), WORKERS, commits),
    st.tuples(st.just("apply"), WORKERS, commits),
    st.tuples(st.just("read"), WORKERS, st.dictionaries(SPACES, st.lists(ENTITIES, unique=True), max_size=2)),
    st.tuples(st.just("look"), WORKERS),
    st.tuples(st.just("copy")),
    st.tuples(st.just("fall back"), st.integers(0, 5)),
    st.tuples(st.just("snapshot"), st.dictionaries(st.sampled_from(["orders", "a:1", "a"]), spans, max_size=2)),
    st.tuples(st.just("retire")),
)


class Twin:
    """Carries out steps and tells the answers: values as they are, refusals by their kind."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.sessions: dict[int, Session] = {}
        self.copies: list[Any] = []

    async def step(self, step: tuple[Any, ...]) -> Any:
        try:
            return await self._step(step)
        except NsmError as error:
            return type(error).__name__

    async def _step(self, step: tuple[Any, ...]) -> Any:
        match step:
            case ["open", worker, log]:
                self.sessions[worker], opened = await self.state.open(HERE, log)
                return opened
            case ["apply", worker, commit] if worker in self.sessions:
                return await self.sessions[worker].apply(commit)
            case ["read", worker, wanted] if worker in self.sessions:
                return await self.sessions[worker].read(wanted)
            case ["look", worker] if worker in self.sessions:
                return await self.sessions[worker].look()
            case ["copy"]:
                self.copies.append(self.state.copied())
            case ["fall back", number] if self.copies:
                self.state.fall_back(self.copies[number % len(self.copies)])
            case ["snapshot", wanted]:
                return await self.state.reader.snapshot(HERE, wanted)
            case ["retire"]:
                await self.state.store.retire(HERE)
        return None

    async def answers(self, steps: list[tuple[Any, ...]]) -> list[Any]:
        return [await self.step(step) for step in steps]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rest=st.lists(steps, max_size=25))
def test_memory_and_redis_answer_alike(redis: Redis, redis_server: RedisServer, rest: list[tuple[Any, ...]]) -> None:
    redis.flushall()
    told: list[list[Any]] = []
    for state in (in_memory(), in_redis(redis, redis_server.url)):
        twin = Twin(state)

        async def test(twin: Twin = twin) -> None:
            told.append(await twin.answers([("open", 0, Log(begin=0, end=70, topic_id="one")), *rest]))

        state.run(test)
    assert told[0] == told[1]
