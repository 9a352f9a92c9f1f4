"""A log that is read again, and a partition that is folded again in memory."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence

import msgspec

from schemas.events.needs import RawRecord
from services.definition.logs import Place
from streams.events.raws import Raws
from streams.fold import Records, unpack
from streams.state.port import Partition, Session, Standing
from streams.worker.intake import Intake, Outgoing

Rows = dict[str, dict[str, bytes]]
"""Packed records by space and entity."""


class PartitionFold:
    """One partition in memory; ``known`` are records that it does not change."""

    def __init__(self, partition: Partition, intake: Intake, session: Session, standing: Standing, known: Rows) -> None:
        self.partition, self.standing = partition, standing
        self._intake, self._session, self._known = intake, session, known

    async def take(self, raws: Raws, following: int, *, counts: bool = True) -> Sequence[Outgoing]:
        """Gives what is for stages; nothing is counted here where ``counts`` is false."""
        worked = self._intake.prepare(raws, self.standing, following)
        if counts:
            found = await self._session.read(worked.work.wanted)
            records: Records = {
                space: {one: unpack(row) for one, row in (found.get(space, {}) | self._wanted(space, wanted)).items()}
                for space, wanted in worked.work.wanted.items()
            }
            effect = worked.work.fold(records, self.standing.floor)
            await self._session.apply(self._intake.commit(worked, effect, records))
        self.standing = worked.admitted.standing
        return worked.outgoing

    def _wanted(self, space: str, wanted: Collection[str]) -> dict[str, bytes]:
        known = self._known.get(space, {})
        return {one: known[one] for one in wanted if one in known}

    async def take_messages(self, messages: Sequence[bytes]) -> None:
        """Of a stage: as if they stood in its topic, one after the other."""
        begin = self.standing.position
        raws = Raws.of(RawRecord(n, 0, None, message) for n, message in enumerate(messages, begin))
        await self.take(raws, begin + len(messages))


class SourceLog(msgspec.Struct, frozen=True):
    """A log that is read from ``begin``; counted up to ``position``, then only sent on; no piece crosses a stop."""

    place: Place
    fold: PartitionFold
    begin: int
    stops: Sequence[int]
    position: int

    @property
    def end(self) -> int:
        return self.stops[-1]

    def pieces(self, raws: Raws, following: int) -> Iterator[tuple[Raws, int]]:
        """Records and the offset after them."""
        offsets, begin = [one.offset for one in raws], 0
        for stop in self.stops:
            if self.fold.standing.position < stop < following:
                end = bisect_left(offsets, stop)
                yield raws[begin:end], stop
                begin = end
        if following <= self.end:
            yield raws[begin:], following

    async def take(self, piece: Raws, upto: int) -> Sequence[Outgoing]:
        return await self.fold.take(piece, upto, counts=upto <= self.position)
