"""Logs of one topic as a backfill reads them."""

import json
from collections.abc import Collection, Mapping, Sequence

from schemas.events.needs import RawRecord
from services.definition.logs import Begin, Place
from streams.events.raws import Raws
from tests.services.exporter.world import APPENDED, Event

A_READ = 37
"""Records at a time: no divisor of anything."""


class HeldLogs:
    """``lost`` are the first offsets still there, ``appended_ms`` when the records there were appended."""

    def __init__(
        self, topic: str, logs: Sequence[Sequence[Event]], lost: Sequence[int] = (), appended_ms: int | None = None
    ) -> None:
        self._logs = {Place(topic, n): log for n, log in enumerate(logs)}
        self._begins = {Place(topic, n): Begin(offset, appended_ms) for n, offset in enumerate(lost)}
        self._next: dict[Place, int] = {}
        self.read = 0

    async def begins(self, places: Collection[Place]) -> Mapping[Place, Begin]:
        return {place: self._begins.get(place, Begin(0)) for place in places}

    async def follow(self, begins: Mapping[Place, int]) -> None:
        self._next = dict(begins)

    async def some(self, place: Place) -> tuple[Raws, int]:
        begin = self._next[place]
        assert begin >= self._begins.get(place, Begin(0)).offset, "it was lost"
        several = self._logs[place][begin : begin + A_READ]
        assert several, "nothing follows"
        self._next[place], self.read = begin + len(several), self.read + len(several)
        values = (json.dumps(one).encode() for one in several)
        return Raws.of(RawRecord(n, APPENDED, None, value) for n, value in enumerate(values, begin)), self._next[place]
