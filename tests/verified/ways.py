"""Logs of the same events in ways that must not matter: partitions, order up to the horizon, sent again."""

import gzip
import random
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from schemas.definition.model import Source
from schemas.events.needs import Raw, RawRecord
from services.publisher.lines import Reader, WireForm
from streams.cells import Cells
from streams.plan import Plan
from streams.readings import AsOf, Readings
from tests.streams.folding import PartitionFold, the_source

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
    time = Reader(form.time_path)
    logs: list[list[tuple[int, bytes]]] = [[] for _ in range(way.partitions)]
    for number, line in enumerate(lines):
        log = logs[crc32(form.message(line, number).key or line) % way.partitions]
        if not way.shuffled:
            log.append((number, line))
            continue
        moment = round(datetime.fromisoformat(time(line)[0]).timestamp() * 1000)
        # whatever arrived before has a time of at most this arrival: nothing is further behind than the lateness
        for _ in range(2 if number % AGAIN == 0 else 1):
            log.append((moment + rng.randrange(source.lateness_ms), line))
    return [
        [RawRecord(offset, APPENDED_MS, None, line, ()) for offset, (_, line) in enumerate(sorted(log))] for log in logs
    ]


class FoldedLog(NamedTuple):
    """What the partitions come to together."""

    readings: Readings
    outcomes: Counter[str]


def fold(plan: Plan, lines: list[bytes], way: Way, last_ms: int) -> FoldedLog:
    """Each partition for itself, in batches of any size, its records packed in between."""
    source, rng = the_source(plan), random.Random(-way.partitions)
    partitions = []
    for log in log_of(source.source, lines, way):
        partition, begin = PartitionFold(source), 0
        while begin < len(log):
            end = begin + rng.randrange(1, 8000)
            partition.fold(log[begin:end])
            begin = end
        partitions.append(partition)
    cells = Cells.of([partition.snapshot() for partition in partitions])
    outcomes = Counter[str]()
    for partition in partitions:
        outcomes.update({one: partition.totals[one] for one in ("counted", "duplicate", "late", "ahead", "refused")})
    return FoldedLog(Readings(plan, cells, AsOf(last_ms, last_ms)), outcomes)
