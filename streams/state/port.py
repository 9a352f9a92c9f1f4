"""The port of the state: what a worker asks of it, what a reader asks of it, and what both are promised.

The state of one partition of one version of a definition is one unit.  It owns position, floor, clock, watermark,
totals, cells, records and ids; it does not own what they mean.

    worker:  open ──▶ read ──▶ apply ──▶ read ──▶ apply ...          any fault ends the session: open again
    reader:  snapshot, snapshot, ...                                  each one moment of one partition

The promises, held by one contract suite over every implementation:

- ``apply`` carries out a commit as one, if position and stamp are those this session last knew; else ``Moved``, and
  nothing has changed.  Everything that could make it fail is checked before its first write (``Unfit``).
- ``read`` and ``look`` answer from one moment together with position and stamp, or raise ``Moved``.
- ``open`` puts a new random stamp in place, so that every older session is refused from then on.
- ``snapshot`` is one moment of one partition.
"""

from collections.abc import Awaitable, Collection, Mapping
from typing import NamedTuple, Protocol

import msgspec

LIMIT = 2**62
"""The absolute value that no cell may reach."""

NEVER = -(2**62)
"""The floor, clock and watermark of a partition in which nothing has happened."""


class Partition(NamedTuple):
    """One partition of a source, in one version of the definition."""

    version: str
    topic: str
    number: int


class Log(msgspec.Struct, frozen=True):
    """What Kafka holds of a partition: offsets from ``begin`` up to ``end`` (half open), under this topic id."""

    begin: int
    end: int
    topic_id: str


class Reached(msgspec.Struct, frozen=True, array_like=True):
    """How far a partition of an internal topic has what one partition of the source has sent: up to offset ``next`` of
    the source, whose floor and watermark stood so there.
    """

    partition: int
    next: int
    floor: int
    watermark: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a partition's fold stands.  Times are milliseconds, ``NEVER`` where nothing has happened.

    ``reached`` is of internal topics only, by source partition.
    """

    position: int
    floor: int = NEVER
    clock: int = NEVER
    watermark: int = NEVER
    reached: tuple[Reached, ...] = ()


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a session starts with: where the fold stands, and the ids that it still remembers, 8 bytes each, by slot."""

    standing: Standing
    ids: dict[int, bytes]


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """The whole effect of a batch.

    ``cells`` maps series -> key number -> field -> delta (never 0); ``totals`` field -> delta; ``records`` space ->
    entity -> packed record (empty: forget it); ``ids`` slot -> 8 bytes an id, appended; ``expired`` the slots to forget
    after that.
    """

    standing: Standing
    cells: Mapping[str, Mapping[int, Mapping[str, int]]]
    totals: Mapping[str, int]
    records: Mapping[str, Mapping[str, bytes]]
    ids: Mapping[int, bytes]
    expired: Collection[int] = ()


class Session(Protocol):
    """A partition in the hands of one worker, from one seek to the next fault."""

    async def read(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, bytes]]:
        """The packed records of these entities, by space; an entity that is not known is left out."""

    def apply(self, commit: Commit) -> Awaitable[None]:
        """Sends the commit at once; the answer may be awaited later.  At most one is under way."""

    async def look(self) -> None:
        """Raises ``Moved`` unless the state stands where this session left it."""

    def close(self) -> None:
        """What is under way is void.  May be called twice."""


class Store(Protocol):
    """Where workers keep their partitions.

    ``away`` is what its client raises while it does not serve, besides OSError and TimeoutError: it is waited out.
    """

    away: tuple[type[Exception], ...]

    async def open(self, partition: Partition, log: Log) -> tuple[Session, Opened]:
        """Takes a partition over under a new stamp.

        A partition without any state begins at ``log.begin``.  Raises ``LogError`` when the position lies outside the
        log, when the topic id is another one, when there is state without a position, or when the partition is retired;
        nothing is changed then.  Another worker may have passed the end that ``log`` was told: when it is refused, ask
        Kafka once more before giving up.
        """

    async def fix_partitions(self, version: str, topic: str, number: int) -> int:
        """How many partitions this version counts the topic with: ``number`` when it is the first to say so."""

    async def retire(self, partition: Partition) -> None:
        """Ends a partition for good: no session can open it again, and all but its mark is freed."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of one partition; ``cells`` by series and key number, raw fields as in ``Commit``."""

    standing: Standing
    totals: dict[str, int]
    cells: dict[str, dict[int, dict[str, int]]]


class KeySpan(NamedTuple):
    """Key numbers from ``first`` to ``last``, both included; None: from the very first."""

    first: int | None
    last: int


class Memory(NamedTuple):
    """Bytes that the store's data takes, and what it may take; None where nothing limits it."""

    used: int
    limit: int | None


class Reader(Protocol):
    """Where readings come from."""

    async def snapshot(self, partition: Partition, wanted: Mapping[str, Collection[KeySpan]]) -> Snapshot | None:
        """Standing, totals and the wanted cells at one moment; None while the partition has no position."""

    async def standing(self, partition: Partition) -> Standing | None:
        """Where the fold stands, nothing else."""

    async def partitions(self, version: str) -> dict[str, int]:
        """How many partitions each source has in this version; empty while no worker has begun."""

    async def memory(self) -> Memory:
        """How full the whole store is, with all that others keep there."""

    async def close(self) -> None:
        """Gives back what it holds; may be called twice."""
