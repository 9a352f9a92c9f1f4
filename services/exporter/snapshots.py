"""The state, read about once a second, and what it says as long as that can be trusted.

store answers, every partition has a position, none behind what was shown     readings
a partition is missing, or behind                                             nothing, at once
store does not answer                                                         the last readings, for STALE_S
"""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import msgspec

from schemas.errors import StateError, in_words
from schemas.names import late_series as late_name
from services.exporter.aside import aside
from services.exporter.followed import Followed, NothingToShow, Wanted
from services.exporter.freshness import Ends, Progress, ReadUpTo, as_of, groups, progress, trusted
from services.exporter.log_ends import LogEnds
from services.exporter.past_periods import PastPeriods
from services.exporter.shown import Moment, Shown, show
from streams.cells import Cells
from streams.plan import Plan
from streams.restating.late import late_series
from streams.state.port import KeySpan, Memory, Partition, Reader, Snapshot, Standing
from streams.wanted import wanted_keys

log = logging.getLogger(__name__)
T = TypeVar("T")

STALE_S = 5.0
"""A reading older than this is no longer shown."""
TOO_MUCH = (
    f"the state was read, but to reckon all readings takes longer than {STALE_S:.0f} s: let metrics have fewer windows,"
    " or measures fewer dimensions"
)
LAG_KNOWN_MS = 5_000
"""How long an answer of Kafka serves to say how far behind a partition is."""
FORGET_MS = 86_400_000
"""Settled cells are let go after this long: windows have moved past most of them."""


class Source(NamedTuple):
    """Where readings come from, and which faults of it are waited out."""

    reader: Reader
    ends: LogEnds
    faults: tuple[type[Exception], ...] = (OSError, StateError)


class Seen(msgspec.Struct, frozen=True):
    """Where the partitions stood when they were last asked, shown or not, how far their logs reached before, and how
    full the store was.
    """

    read_ms: int = 0
    had_been_read_ms: int = 0
    standings: dict[Partition, Standing] = {}
    ends: Ends = {}
    memory: Memory | None = None

    def lag(self, partition: Partition) -> int | None:
        """Records of the log that are not folded yet; None while Kafka does not say."""
        end = self.ends.get((partition.topic, partition.number))
        if end is None or self.read_ms - end.asked_ms > LAG_KNOWN_MS:
            return None
        return max(0, end.offset - self.standings[partition].position)


NOWHERE = Seen()


class Snapshots:
    """What the exporter knows of one version; ``latest`` is what was last read of each partition."""

    def __init__(self, plan: Plan, source: Source, now_ms: Callable[[], int]) -> None:
        self.plan, self.now_ms, self.seen = plan, now_ms, Seen()
        self._told = self.seen
        self._source = source
        self._series = {series.name: series for series in plan.series.values()}
        self._series |= {late_name(name): series for name, series in late_series(plan).items()}
        self._groups, self._past = groups(plan), PastPeriods(plan)
        self._fed_by = {stage.topic: stage.plan.source.topic for stage in plan.stages.values()}
        self._followed: dict[Partition, Followed] = {}
        self.latest: dict[Partition, Snapshot] = {}
        self._settled, self._settled_since_ms = Cells(), now_ms()
        self._added_up: tuple[list[Snapshot], Cells] = [], Cells()
        self._read_up_to: ReadUpTo = {}
        self._reading = asyncio.Lock()
        self._shown: Shown | None = None
        self._answers = self._reckons = False
        self._reason = "the state has not been read yet"

    @property
    def reader(self) -> Reader:
        """Where the readings come from."""
        return self._source.reader

    @property
    def faults(self) -> tuple[type[Exception], ...]:
        """Those of the store, which are waited out."""
        return self._source.faults

    async def refresh(self) -> None:
        """Reads the state once; what is wrong with it is kept, not raised.

        What is told changes at its end, all at once: who asks meanwhile is told what stood before.
        """
        before, answers, self._reckons = self._reason, False, False
        try:
            async with asyncio.timeout(STALE_S):
                self._shown = await self.read(self._wanted, self._show)
            answers, self._reason = True, ""
        except NothingToShow as nothing:
            self._shown, self._reason = None, str(nothing)
            answers = bool(self._followed) and len(self.seen.standings) == len(self._followed)
        except self._source.faults as fault:
            late = isinstance(fault, TimeoutError) and self._reckons
            self._reason = TOO_MUCH if late else f"the state does not answer: {in_words(fault)}"
        self._answers, self._told = answers, self.seen
        if self._reason and self._reason != before:
            log.warning("%s", self._reason)

    def _show(self, moment: Moment) -> Shown:
        self._reckons = True
        return show(self.plan, self._groups, moment, self._past)

    def shown(self) -> Shown:
        """The last readings; raises NothingToShow while there are none, or none fresh enough."""
        if self._shown is None:
            raise NothingToShow(self._reason)
        if not self._fresh(self._shown.read_ms):
            raise NothingToShow(self.reason())
        return self._shown

    def up(self) -> bool:
        """The store answers and every partition has a position."""
        return self._answers and self._fresh(self._told.read_ms)

    def reason(self) -> str:
        """Why there is nothing to show, or why it is no longer fresh."""
        return self._reason or f"the state was last read over {STALE_S:.0f} s ago"

    def fresh_seen(self) -> Seen:
        """Where the partitions stand; nowhere when they could not be asked for too long."""
        return self._told if self._fresh(self._told.read_ms) else NOWHERE

    def read_ms(self) -> int:
        """When the state was last asked, however long ago; 0 before it ever was."""
        return self._told.read_ms

    async def read(self, wanted: Callable[[Progress, int], Wanted], use: Callable[[Moment], T]) -> T:
        """Reads each partition at one moment and gives all to ``use``, in a thread, before anything is read again.

        The cells live no longer.  Raises NothingToShow, and what the store raises.
        """
        async with self._reading:
            now_ms, ends = self.now_ms(), self._trusted_ends()
            standings = await self._standings(now_ms, ends)
            read_up_to = progress(standings, ends, now_ms, self._read_up_to, self._fed_by)
            self._let_go(now_ms)  # before it is asked what is wanted: what is forgotten is wanted again
            keys = wanted(read_up_to, now_ms)
            moments = {
                partition: await followed.read(self._source.reader, standings[partition], keys, self._settled)
                for partition, followed in self._followed.items()
            }
            # only once all was read: what a cut read had seen may be gone again
            self._read_up_to = read_up_to.read_up_to
            for partition, followed in self._followed.items():
                followed.shown = moments[partition].standing.position
            self.latest = moments
            return await aside(lambda: use(Moment(now_ms, read_up_to, moments, self._add_up(moments))))

    def _add_up(self, moments: dict[Partition, Snapshot]) -> Cells:
        """Live cells over the settled ones; those of the last time where nothing was read anew."""
        snapshots = list(moments.values())
        known, cells = self._added_up
        if len(known) != len(snapshots) or any(one is not other for one, other in zip(known, snapshots, strict=True)):
            cells = Cells.of(snapshots, self._settled)
            self._added_up = snapshots, cells
        return cells

    def _wanted(self, read_up_to: Progress, now_ms: int) -> Wanted:
        wanted: dict[str, set[KeySpan]] = {}
        watermarks = {topics: as_of(read_up_to, topics).watermark_ms for topics in self._groups}
        of_metric = {metric: watermarks[topics] for topics, metrics in self._groups.items() for metric in metrics}
        found = [wanted_keys(self.plan, now_ms, watermark_ms) for watermark_ms in set(watermarks.values())]
        for keys in (*found, self._past.wanted(of_metric.__getitem__)):
            for series, spans in keys.items():
                wanted.setdefault(series, set()).update(spans)
        return wanted

    def _trusted_ends(self) -> Ends:
        return trusted(self._source.ends.known, self.seen.standings, self.seen.had_been_read_ms)

    async def _standings(self, now_ms: int, ends: Ends) -> dict[Partition, Standing]:
        """Of every partition that there has to be."""
        await self._find_partitions()
        memory = await self._source.reader.memory()
        found = {partition: await self._source.reader.standing(partition) for partition in self._followed}
        standings = {partition: standing for partition, standing in found.items() if standing is not None}
        self.seen = Seen(now_ms, self.now_ms(), standings, ends, memory)
        for partition, followed in self._followed.items():
            if partition not in standings:
                raise NothingToShow(f"{partition.topic}[{partition.number}] has no position yet")
            try:
                followed.check(standings[partition])
            except NothingToShow:
                self._forget(now_ms)
                raise
        return standings

    async def _find_partitions(self) -> None:
        numbers = await self._source.reader.partitions(self.plan.version)
        topics = [*self.plan.sources, *self._fed_by]
        absent = [topic for topic in topics if not numbers.get(topic)]
        if absent:
            self.seen = Seen(self.now_ms())
            raise NothingToShow(f"no worker has begun to count {', '.join(absent)} in version {self.plan.version}")
        wanted = [Partition(self.plan.version, topic, n) for topic in topics for n in range(numbers[topic])]
        if list(self._followed) != wanted:
            known = self._followed
            self._followed = {one: known.get(one) or Followed(one, self._series) for one in wanted}
            self._source.ends.follow(wanted)

    def _let_go(self, now_ms: int) -> None:
        if now_ms - self._settled_since_ms > FORGET_MS:
            self._forget(now_ms)

    def _forget(self, now_ms: int) -> None:
        self._settled, self._settled_since_ms = Cells(), now_ms
        self._past.forget()
        for followed in self._followed.values():
            followed.forget()

    def _fresh(self, read_ms: int) -> bool:
        return abs(self.now_ms() - read_ms) <= STALE_S * 1000  # a clock that went back tells no age
