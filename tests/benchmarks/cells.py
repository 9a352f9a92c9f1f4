"""What the service counted, read the way its exporter reads it, beside the exact answer, cell by cell."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import date

from schemas.definition import model
from streams.plan import Plan, Series
from streams.state.port import KeySpan, Partition, Snapshot
from streams.state.redis import RedisReader
from tests.benchmarks.exact import Answer
from tests.benchmarks.parts import BenchError, Definition

EVERY_KEY = KeySpan(None, 2**40)


async def _snapshots(url: str, plan: Plan, topic: str) -> list[Snapshot]:
    reader = RedisReader(url)
    try:
        number = (await reader.partitions(plan.version)).get(topic, 0)
        wanted = {series.name: [EVERY_KEY] for series in plan.series.values()}
        found = [await reader.snapshot(Partition(plan.version, topic, n), wanted) for n in range(number)]
    finally:
        await reader.close()
    return [snapshot for snapshot in found if snapshot is not None]


def counted(url: str, definition: Definition, known: Collection[str]) -> tuple[Answer, dict[str, int]]:
    """Each measure that the exact answer knows, as it tells it, and the totals."""
    plan = definition.plan
    snapshots = asyncio.run(_snapshots(url, plan, definition.topic))
    totals = sum((Counter(snapshot.totals) for snapshot in snapshots), Counter[str]())
    answer: Answer = {}
    for (measure, window), series in plan.series.items():
        if measure not in known:
            continue
        if measure in answer:
            raise BenchError(f"{measure} is read in two windows; the benchmark compares one")
        answer[measure] = {piece: n for piece, n in _read(window, series, _sums(series, snapshots)).items() if n}
    return answer, dict(totals)


def _sums(series: Series, snapshots: list[Snapshot]) -> dict[tuple[int, str], int]:
    """(piece, segment) -> what all partitions together hold."""
    sums: Counter[tuple[int, str]] = Counter()
    for snapshot in snapshots:
        for fields in snapshot.cells[series.name].values():
            for field, number in fields.items():
                piece, _, rest = field.partition("|")
                sums[int(piece), rest.partition("|")[2]] += number
    return sums


def _read(window: model.Window, series: Series, sums: dict[tuple[int, str], int]) -> dict[tuple[int, str], int]:
    if series.running:
        return _running(sums)
    if isinstance(window, model.Calendar) and window.unit is model.Unit.MONTH:
        return _by_month(sums)
    return sums


def _running(sums: dict[tuple[int, str], int]) -> dict[tuple[int, str], int]:
    """Differences as what they come to at each piece; after the last window has closed that must be nothing."""
    at: dict[tuple[int, str], int] = {}
    number = 0
    pieces = [piece for piece, _ in sums]
    for piece in range(min(pieces, default=0), max(pieces, default=-1) + 1):
        number += sums.get((piece, ""), 0)
        at[piece, ""] = number
    return at


def _by_month(sums: dict[tuple[int, str], int]) -> dict[tuple[int, str], int]:
    months: Counter[tuple[int, str]] = Counter()
    for (day, segment), number in sums.items():
        at = date.fromordinal(day)
        months[at.year * 12 + at.month - 1, segment] += number
    return months


def differences(found: Answer, exact: Answer, last_day: int) -> list[str]:
    """Where they differ, in words; of a rolling measure only days up to the last one of the events are asked."""
    told = []
    for measure, numbers in found.items():
        wanted = exact[measure]
        for piece in sorted(numbers.keys() | wanted.keys()):
            if measure == "listeners" and piece[0] > last_day:
                continue
            if numbers.get(piece, 0) != wanted.get(piece, 0):
                told.append(f"{measure} {piece}: {numbers.get(piece, 0)}, exactly {wanted.get(piece, 0)}")
    return told
