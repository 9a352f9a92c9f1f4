"""Up to which moment the readings can be trusted.

    position behind the log's end     the partition is read up to its own watermark: what comes next is not known yet
    position at the log's end         whatever was appended before the end was asked for is read: idle, and up to date
    of an internal topic              as far as each source partition where all that it has committed is applied, else
                                      up to the watermark of what is applied of it

A watermark may run ahead of the clock where a producer's does; nothing is ever read past now.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

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


NONE: Mapping[str, str] = {}

ReadUpTo = Mapping[Partition, int]
"""The moment up to which each partition has been read."""


class Progress(NamedTuple):
    """Where each partition stands, and the moment up to which it has been read."""

    standings: dict[Partition, Standing]
    read_up_to: ReadUpTo


def progress(
    standings: Mapping[Partition, Standing], ends: Ends, now_ms: int, before: ReadUpTo, fed_by: Mapping[str, str] = NONE
) -> Progress:
    """``ends`` must have been asked for before the standings were read.

    ``before`` is what was known earlier: it stays true also when the next event has come and is not folded yet.  No
    position may lie behind what that was known by.  ``fed_by`` tells the source of each internal topic.
    """
    known: dict[Partition, int] = {}
    for partition, standing in sorted(standings.items(), key=lambda item: item[0].topic in fed_by):  # sources first
        if partition.topic in fed_by:
            source = {one: at for one, at in standings.items() if one.topic == fed_by[partition.topic]}
            moment = min((_applied(standing, one, at, known) for one, at in source.items()), default=NEVER)
        else:
            moment = read_up_to(standing, ends.get((partition.topic, partition.number)), now_ms)
        known[partition] = min(now_ms, max(moment, before.get(partition, NEVER)))
    return Progress(dict(standings), {partition: known[partition] for partition in standings})


def _applied(stage: Standing, source: Partition, standing: Standing, known: ReadUpTo) -> int:
    """The moment up to which a stage has the events of a source partition."""
    reached = next((one for one in stage.reached if one.partition == source.number), None)
    if standing.clock == NEVER or (reached is not None and reached.next >= standing.position):
        return known[source]
    return NEVER if reached is None else min(reached.watermark, known[source])


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


def topics_of(plan: Plan, metric: str) -> frozenset[str]:
    """The topics that a metric's measures are counted from, internal ones too."""
    return frozenset(topic for name in measures_of(plan.definition, metric) for topic in plan.topics_of(name))


def groups(plan: Plan) -> dict[frozenset[str], list[str]]:
    """Sets of topics, and the metrics that rest on each: these share one as-of."""
    found: dict[frozenset[str], list[str]] = {}
    for metric in plan.definition.metrics:
        found.setdefault(topics_of(plan, metric), []).append(metric)
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
