"""Up to which moment the readings can be trusted.

    position behind the log's end     the partition is read up to its own watermark: what comes next is not known yet
    position at the log's end         whatever was appended before the end was asked for is read: idle, and up to date

A watermark may run ahead of the clock where a producer's does; nothing is ever read past now.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from schemas.definition.model import Definition
from streams.plan import Plan, measures_of
from streams.readings import AsOf
from streams.state.port import NEVER, Partition, Standing

SETTLE_MS = 2_000
"""What an event may take from its own time to its place in the log, where producers are well."""
UP_TO_DATE_MS = 60_000
"""A partition read up to less than this long ago counts as up to date."""


class End(NamedTuple):
    """The offset after a partition's last record, as it was when Kafka was asked, and when that was."""

    offset: int
    asked_ms: int


Ends = Mapping[tuple[str, int], End]
"""(topic, partition) -> its end; partitions that Kafka has not answered for are left out."""


ReadUpTo = Mapping[Partition, int]
"""The moment up to which each partition has been read."""


class Progress(NamedTuple):
    """Where each partition stands, and the moment up to which it has been read."""

    standings: dict[Partition, Standing]
    read_up_to: ReadUpTo


def progress(standings: Mapping[Partition, Standing], ends: Ends, now_ms: int, before: ReadUpTo) -> Progress:
    """``ends`` must have been asked for before the standings were read.

    ``before`` is what was known earlier: it stays true also when the next event has come and is not folded yet.  No
    position may lie behind what that was known by.
    """
    known = {
        partition: read_up_to(standing, ends.get((partition.topic, partition.number)), now_ms)
        for partition, standing in standings.items()
    }
    return Progress(
        dict(standings), {one: min(now_ms, max(moment, before.get(one, NEVER))) for one, moment in known.items()}
    )


def read_up_to(standing: Standing, end: End | None, now_ms: int) -> int:
    """The moment up to which all of a partition's events are in what was read; ``NEVER`` if that is not known."""
    watermark = min(standing.watermark, now_ms)
    if end is None or standing.position < end.offset:
        return watermark
    return max(watermark, min(end.asked_ms, now_ms) - SETTLE_MS)


def as_of(progress: Progress, topics: Collection[str]) -> AsOf:
    """Over all partitions of these topics."""
    mine = [partition for partition in progress.standings if partition.topic in topics]
    return AsOf(
        watermark_ms=min((progress.read_up_to[partition] for partition in mine), default=NEVER),
        floor_ms=min((progress.standings[partition].floor for partition in mine), default=NEVER),
    )


def completeness(progress: Progress, topics: Collection[str], now_ms: int) -> float:
    """The share of these topics' partitions that are up to date."""
    mine = [moment for partition, moment in progress.read_up_to.items() if partition.topic in topics]
    return sum(now_ms - moment <= UP_TO_DATE_MS for moment in mine) / len(mine) if mine else 0.0


def topics_of(definition: Definition, metric: str) -> frozenset[str]:
    """The topics that a metric's measures are counted from."""
    measures = (definition.measures[name] for name in measures_of(definition, metric))
    return frozenset(definition.source(measure.source).topic for measure in measures)


def groups(plan: Plan) -> dict[frozenset[str], list[str]]:
    """Sets of topics, and the metrics that rest on each: these share one as-of."""
    found: dict[frozenset[str], list[str]] = {}
    for metric in plan.definition.metrics:
        found.setdefault(topics_of(plan.definition, metric), []).append(metric)
    return found


def trusted(ends: Ends, standings: Mapping[Partition, Standing], read_ms: int) -> Ends:
    """Without the ends that were asked for after a position past them had been read: those are ends of another log.

    ``read_ms`` is a moment at which the standings had been read.
    """
    return {
        key: end
        for key, end in ends.items()
        if end.asked_ms <= read_ms
        or all((one.topic, one.number) != key or standing.position <= end.offset for one, standing in standings.items())
    }
