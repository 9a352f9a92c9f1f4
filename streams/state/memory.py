"""The state in plain dicts: the same promises within one process, for replays of a file and for tests."""

import asyncio
import copy
import secrets
from collections.abc import Awaitable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from schemas.errors import Moved, Unfit
from streams.state import refusals
from streams.state.port import LIMIT, Commit, KeySpan, Log, Memory, Opened, Partition, Snapshot, Standing
from streams.state.serving import NOTHING, Serving

FURTHEST = 2**53
"""The offset that no position may reach."""

ID_BYTES = 8
NUMBER_BYTES = 8


class _State(msgspec.Struct, kw_only=True):
    """One partition.  Numbers are kept by (series, key number), records by space."""

    standing: Standing
    topic_id: str
    stamp: str
    retired: bool = False
    totals: dict[str, int] = {}
    cells: dict[str, dict[int, dict[str, int]]] = {}
    records: dict[str, dict[str, bytes]] = {}
    ids: dict[int, bytes] = {}


class Everything(NamedTuple):
    """Of one partition, except the ids: cells by series and key number, packed records by space."""

    standing: Standing
    totals: Mapping[str, int]
    cells: Mapping[str, Mapping[int, Mapping[str, int]]]
    records: Mapping[str, Mapping[str, bytes]]


class MemoryStore:
    """Store, Reader and Registry.

    ``copied`` and ``fall_back`` do what a crash of Redis can: all returns to an older moment.
    ``limit`` is said to be the bytes that it may take; nothing holds it to that.
    """

    away: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self._states: dict[Partition, _State] = {}
        self._sources: dict[str, dict[str, int]] = {}
        self._servings: dict[str, Serving] = {}
        self._definitions: dict[str, bytes] = {}
        self._carried: dict[str, bytes] = {}
        self.limit: int | None = None

    async def open(self, partition: Partition, log: Log) -> tuple["MemorySession", Opened]:
        state = self._states.get(partition)
        if state is None:
            state = _State(standing=Standing(position=log.begin), topic_id=log.topic_id, stamp="")
        if state.retired:
            raise refusals.retired(partition)
        if state.topic_id != log.topic_id:
            raise refusals.other_topic(partition, log, state.topic_id)
        if not log.begin <= state.standing.position <= log.end:
            raise refusals.outside(partition, log, state.standing.position)
        state.stamp = secrets.token_hex(8)
        self._states[partition] = state
        session = MemorySession(self, partition, state.standing.position, state.stamp)
        return session, Opened(standing=state.standing, ids=dict(state.ids))

    async def fix_partitions(self, version: str, topic: str, number: int) -> int:
        return self._sources.setdefault(version, {}).setdefault(topic, number)

    async def retire(self, partition: Partition) -> None:
        """Ends a partition for good: no session can open it again, and all but its mark is freed."""
        self._states[partition] = _State(standing=Standing(position=0), topic_id="", stamp="", retired=True)

    async def snapshot(self, partition: Partition, wanted: Mapping[str, Collection[KeySpan]]) -> Snapshot | None:
        state = self._states.get(partition)
        if state is None or state.retired:
            return None
        cells = {
            series: {
                number: dict(cells) for number, cells in state.cells.get(series, {}).items() if _within(number, spans)
            }
            for series, spans in wanted.items()
        }
        return Snapshot(standing=state.standing, totals=dict(state.totals), cells=cells)

    async def standing(self, partition: Partition) -> Standing | None:
        state = self._states.get(partition)
        return None if state is None or state.retired else state.standing

    async def partitions(self, version: str) -> dict[str, int]:
        return dict(self._sources.get(version, {}))

    async def memory(self) -> Memory:
        return Memory(sum(map(_bytes_of, self._states.values())), self.limit)

    async def close(self) -> None:
        """Nothing is held."""

    async def serving(self, company: str) -> Serving:
        return self._servings.get(company, NOTHING)

    async def exchange(self, company: str, known: Serving, wanted: Serving) -> bool:
        if await self.serving(company) != known:
            return False
        self._servings[company] = wanted
        return True

    async def keep_definition(self, version: str, definition: bytes) -> None:
        self._definitions[version] = definition

    async def definition(self, version: str) -> bytes | None:
        return self._definitions.get(version)

    async def keep_carried(self, version: str, carried: bytes) -> None:
        self._carried[version] = carried

    async def carried(self, version: str) -> bytes | None:
        return self._carried.get(version)

    async def versions(self) -> dict[str, dict[str, int]]:
        return copy.deepcopy(self._sources)

    async def retired(self, partition: Partition) -> bool:
        state = self._states.get(partition)
        return state is not None and state.retired

    async def size(self, partition: Partition) -> int:
        """As it would be packed."""
        state = self._states.get(partition)
        return 0 if state is None else len(msgspec.msgpack.encode(state))

    async def forget(self, version: str, *, marks: bool) -> None:
        self._definitions.pop(version, None)
        self._carried.pop(version, None)
        if marks:
            self._sources.pop(version, None)
            self._states = {one: state for one, state in self._states.items() if one.version != version}

    def copied(self) -> Any:
        """All that is stored now, for ``fall_back``."""
        return copy.deepcopy((self._states, self._sources, self._servings, self._definitions, self._carried))

    def fall_back(self, to: Any) -> None:
        self._states, self._sources, self._servings, self._definitions, self._carried = copy.deepcopy(to)

    def everything(self, partition: Partition) -> Everything:
        """Of one that was opened."""
        state = self._states[partition]
        return Everything(state.standing, state.totals, state.cells, state.records)

    def held(self, partition: Partition, position: int, stamp: str) -> _State:
        """The state, if it stands there under this stamp."""
        state = self._states.get(partition)
        if state is None or state.retired or (state.standing.position, state.stamp) != (position, stamp):
            raise Moved(f"{partition} no longer stands at {position} for this session.")
        return state


class MemorySession:
    """A partition in the hands of one worker."""

    def __init__(self, store: MemoryStore, partition: Partition, position: int, stamp: str) -> None:
        self._store = store
        self._partition = partition
        self._place: tuple[int, str] | None = (position, stamp)

    async def read(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, bytes]]:
        records = self._held().records
        return {
            space: {entity: known[entity] for entity in entities if entity in known}
            for space, entities in wanted.items()
            if entities
            for known in (records.get(space, {}),)
        }

    async def look(self) -> None:
        self._held()

    def apply(self, commit: Commit) -> Awaitable[None]:
        """Done when this returns; the answer is given as the port has it."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            state = self._held()
            _check(state, commit)
        except (Moved, Unfit) as error:
            self.close()
            answer.set_exception(error)
            answer.exception()  # seen, even if nobody awaits it
        else:
            _carry_out(state, commit)
            self._place = commit.standing.position, state.stamp
            answer.set_result(None)
        return answer

    def close(self) -> None:
        self._place = None

    def _held(self) -> _State:
        if self._place is None:
            raise Moved("This session has ended; the partition must be opened again.")
        try:
            return self._store.held(self._partition, *self._place)
        except Moved:
            self.close()
            raise


def _check(state: _State, commit: Commit) -> None:
    position = commit.standing.position
    if not state.standing.position < position < FURTHEST:
        raise Unfit(f"The position cannot go from {state.standing.position} to {position}.")
    _check_sums(state.totals, commit.totals)
    for series, numbers in commit.cells.items():
        for number, deltas in numbers.items():
            _check_sums(state.cells.get(series, {}).get(number, {}), deltas)
    for slot, ids in commit.ids.items():
        if len(ids) % ID_BYTES:
            raise Unfit(f"The ids of slot {slot} are {len(ids)} bytes.")


def _check_sums(stored: Mapping[str, int], deltas: Mapping[str, int]) -> None:
    for field, delta in deltas.items():
        if abs(stored.get(field, 0)) + abs(delta) >= LIMIT:
            raise Unfit(f"{field}: {stored.get(field, 0)} and {delta} are too much for one cell.")


def _carry_out(state: _State, commit: Commit) -> None:
    _add(state.totals, commit.totals)
    for series, numbers in commit.cells.items():
        for number, deltas in numbers.items():
            if deltas:
                _add(state.cells.setdefault(series, {}).setdefault(number, {}), deltas)
    for space, records in commit.records.items():
        known = state.records.setdefault(space, {})
        for entity, record in records.items():
            if record:
                known[entity] = record
            else:
                known.pop(entity, None)
    for slot, ids in commit.ids.items():
        state.ids[slot] = state.ids.get(slot, b"") + ids
    for slot in commit.expired:
        state.ids.pop(slot, None)
    state.standing = commit.standing


def _add(stored: dict[str, int], deltas: Mapping[str, int]) -> None:
    for field, delta in deltas.items():
        stored[field] = stored.get(field, 0) + delta


def _within(number: int, spans: Iterable[KeySpan]) -> bool:
    return any((first is None or first <= number) and number <= last for first, last in spans)


def _bytes_of(state: _State) -> int:
    """What its records and ids take, and 8 bytes a number."""
    numbers = len(state.totals) + sum(len(cells) for keys in state.cells.values() for cells in keys.values())
    records = sum(len(entity) + len(packed) for space in state.records.values() for entity, packed in space.items())
    return NUMBER_BYTES * numbers + records + sum(map(len, state.ids.values()))
