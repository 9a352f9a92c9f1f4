"""Logs of the same events in ways that must not matter: partitions, order up to the horizon, sent again."""

import gzip
import itertools
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from schemas.definition.model import Source
from schemas.events.needs import Raw, RawRecord
from services.publisher.lines import Reader, WireForm
from streams.cells import Cells
from streams.events.admission import Admitted
from streams.fold import Work
from streams.plan import INTERNAL_PARTITIONS, Plan, SourcePlan
from streams.readings import AsOf, Readings
from streams.rekeying.messages import Letters, Origin, offsets_of
from streams.rekeying.routing import Router
from tests.streams.folding import PartitionFold, the_source
from tests.streams.rekeying.company import SecondStage

APPENDED_MS = 2_000_000_000_000
AGAIN = 10
"""Every so manieth event is sent a second time."""


class Way(NamedTuple):
    """How the events come."""

    partitions: int
    shuffled: bool

    @property
    def told(self) -> str:
        order = f"each up to the lateness behind, every {AGAIN}th twice" if self.shuffled else "as the file has them"
        return f"{self.partitions} partition{'s' if self.partitions > 1 else ''}, {order}"


WAYS = (Way(1, shuffled=False), Way(3, shuffled=True), Way(8, shuffled=True))


def lines_of(file: Path) -> list[bytes]:
    with gzip.open(file) as lines:
        return [line.strip() for line in lines]


def log_of(source: Source, lines: list[bytes], way: Way) -> list[list[Raw]]:
    """A log for each partition; who has no key goes where the line says, so that sending again goes there too."""
    form, rng = WireForm(source), random.Random(way.partitions)
    logs: list[list[tuple[int, bytes]]] = [[] for _ in range(way.partitions)]
    for number, (arrival, line) in enumerate(arrivals(source, lines, rng) if way.shuffled else enumerate(lines)):
        logs[crc32(form.message(line, number).key or line) % way.partitions].append((arrival, line))
    return [
        [RawRecord(offset, APPENDED_MS, None, line, ()) for offset, (_, line) in enumerate(sorted(log))] for log in logs
    ]


def arrivals(source: Source, lines: Iterable[bytes], rng: random.Random) -> Iterator[tuple[int, bytes]]:
    """When each event arrives, up to the lateness after its time, some of them twice.

    Whatever arrived before has a time of at most this arrival: nothing is further behind than the lateness.
    """
    time = Reader(WireForm(source).time_path)
    for number, line in enumerate(lines):
        moment = round(datetime.fromisoformat(time(line)[0]).timestamp() * 1000)
        for _ in range(2 if number % AGAIN == 0 else 1):
            yield moment + rng.randrange(source.lateness_ms), line


class FoldedLog(NamedTuple):
    """What the partitions come to together."""

    readings: Readings
    outcomes: Counter[str]


class SendingFold(PartitionFold):
    """One partition that sends on what is re-keyed, batch by batch."""

    def __init__(self, plan: SourcePlan, origin: Origin, seconds: list[list[SecondStage]]) -> None:
        super().__init__(plan)
        routers = [Router(stage, self.decoder) for stage in plan.stages]
        self._sendings = [(one, Letters(one, origin), to) for one, to in zip(routers, seconds, strict=True)]

    def sent(self, admitted: Admitted, work: Work, offsets: list[int]) -> None:
        for router, letters, seconds in self._sendings:
            routed, of_events = router.route(admitted.batch, work.selections), offsets_of(admitted, offsets)
            for to, second in zip(enumerate(routed.places), seconds, strict=True):
                second.fold(list(letters.of(admitted, of_events, self.standing, to, None)))


def fold(plan: Plan, lines: list[bytes], way: Way, last_ms: int) -> FoldedLog:
    """Partitions in turn, in batches of any size, records packed in between; and what they send on."""
    source, rng = the_source(plan), random.Random(-way.partitions)
    seconds = [[SecondStage(stage) for _ in range(INTERNAL_PARTITIONS)] for stage in source.stages]
    partitions = []
    for number, log in enumerate(log_of(source.source, lines, way)):
        origin = Origin(source.source.topic, number, way.partitions)
        partition, begin = SendingFold(source, origin, seconds), 0
        while begin < len(log):
            end = begin + rng.randrange(1, 8000)
            partition.fold(log[begin:end])
            begin = end
        partitions.append(partition)
    cells = Cells.of([partition.snapshot() for partition in partitions])
    for second in itertools.chain.from_iterable(seconds):
        for (series, field), number in second.cells.items():
            cells.add(series, {field: number})
    outcomes = Counter[str]()
    for partition in partitions:
        outcomes.update({one: partition.totals[one] for one in ("counted", "duplicate", "late", "ahead", "refused")})
    return FoldedLog(Readings(plan, cells, AsOf(last_ms, last_ms)), outcomes)
