"""One partition, read again and again.

A cell below the partition's floor never changes again in one version; one of a series that *waits* (a conversion is
filed where it begins) so long below it.  Keys that hold only such cells are read once and then kept with the *settled*
cells of all partitions; what is read every time are the few keys around now.

    key numbers   1   2   3   4   5   6
                  settled ────┐ │  live: read whenever the position has moved
                              floor, less what the series waits
"""

from collections.abc import Collection, Mapping

from schemas.names import CELLS_PER_KEY
from services.exporter.covered import Covered
from streams.cells import Cells
from streams.plan import Series
from streams.state.port import KeySpan, Partition, Reader, Snapshot, Standing

Wanted = Mapping[str, Collection[KeySpan]]
"""series -> the keys whose cells are needed."""


class NothingToShow(Exception):
    """The state is not such that its readings could be trusted; the text says why, for people."""


class Followed:
    """``shown`` is the highest position of which anything has been shown."""

    def __init__(self, partition: Partition, series: Mapping[str, Series]) -> None:
        self.partition, self.shown = partition, -1
        self._series = series
        self._covered: dict[str, Covered] = {}
        self._last: tuple[Snapshot, dict[str, list[KeySpan]]] | None = None

    def forget(self) -> None:
        """What was settled is void, for all partitions at once."""
        self._covered, self._last = {}, None

    def check(self, standing: Standing) -> None:
        """Raises NothingToShow while the partition stands behind what was shown of it."""
        if standing.position < self.shown:
            raise NothingToShow(
                f"{self.partition.topic}[{self.partition.number}] stands at {standing.position}, behind "
                f"{self.shown}, which was shown already: waiting until it has caught up"
            )

    async def read(self, reader: Reader, standing: Standing, wanted: Wanted, settled: Cells) -> Snapshot:
        """One moment at or after ``standing``; its cells are the live ones, the others went to ``settled``."""
        missing = self._missing(wanted)
        if self._last is not None and self._last[0].standing == standing and _within(missing, self._last[1]):
            return self._last[0]
        snapshot = await reader.snapshot(self.partition, missing)
        if snapshot is None or snapshot.standing.position < standing.position:
            raise NothingToShow(f"{self.partition.topic}[{self.partition.number}] was set back while it was read")
        live = self._settle(snapshot, missing, settled)
        self._last = live, missing
        return live

    def _missing(self, wanted: Wanted) -> dict[str, list[KeySpan]]:
        found: dict[str, list[KeySpan]] = {}
        for series, spans in wanted.items():
            covered, asked = self._covered.get(series, Covered()), Covered()
            missing = found[series] = []
            for span in spans:
                for part in covered.missing(span):
                    missing += asked.missing(part)
                    asked.add(part)
        return {series: spans for series, spans in found.items() if spans}

    def _settle(self, snapshot: Snapshot, asked: Wanted, settled: Cells) -> Snapshot:
        live: dict[str, dict[int, dict[str, int]]] = {}
        for series, spans in asked.items():
            first_live = self._first_live(series, snapshot.standing.floor)
            for number, fields in snapshot.cells.get(series, {}).items():
                if number < first_live:
                    settled.add(series, fields)
                else:
                    live.setdefault(series, {})[number] = fields
            covered = self._covered.setdefault(series, Covered())
            for first, last in spans:
                covered.add(KeySpan(first, min(last, first_live - 1)))
        return Snapshot(standing=snapshot.standing, totals=snapshot.totals, cells=live)

    def _first_live(self, series: str, floor: int) -> int:
        """The first key number of which a cell can still change."""
        one = self._series[series]
        last = floor - one.waits_ms
        return one.grain.of(last) // CELLS_PER_KEY if last > 0 else NOTHING_SETTLED


NOTHING_SETTLED = -(2**62)


def _within(missing: Wanted, asked: Wanted) -> bool:
    for series, spans in missing.items():
        had = Covered()
        for span in asked.get(series, ()):
            had.add(span)
        if any(had.missing(span) for span in spans):
            return False
    return True
