"""A road of several topics: what all their partitions hold, sources and the internal topics between two stages."""

import asyncio

from kafka import TopicPartition

from schemas.names import is_late, late_series
from streams.restating.restated import Restating
from streams.state.port import Partition, Snapshot
from tests.live.road import EVERY_KEY, Road, until
from tests.streams.restating.restated_stage import Flat, Folded, late_of


def all_snapshots(road: Road) -> dict[tuple[str, int], Snapshot]:
    """Of every partition that there has to be; those without a position left out."""

    async def read() -> dict[tuple[str, int], Snapshot]:
        wanted = {series.name: [EVERY_KEY] for series in road.plan.series.values()}
        wanted |= {late_series(name): [EVERY_KEY] for name in wanted}
        found: dict[tuple[str, int], Snapshot] = {}
        async with road.reader() as reader:
            for topic, number in (await reader.partitions(road.plan.version)).items():
                for n in range(number):
                    one = await reader.snapshot(Partition(road.plan.version, topic, n), wanted)
                    found |= {} if one is None else {(topic, n): one}
        return found

    return asyncio.run(read())


def until_all_is_read(road: Road) -> None:
    """Sources to their ends, and each stage as far as they are committed."""

    def ends() -> dict[tuple[str, int], int]:
        with road.consumer() as consumer:
            topics = [*road.plan.sources, *road.plan.stages]
            tps = [TopicPartition(one, n) for one in topics for n in consumer.partitions_for_topic(one) or ()]
            return {(tp.topic, tp.partition): end for tp, end in consumer.end_offsets(tps).items()}

    def read() -> bool:
        road.none_stopped()
        return {place: one.standing.position for place, one in all_snapshots(road).items()} == ends()

    until(read, road.last_words)


def late_cells(road: Road) -> tuple[Flat, Flat]:
    """What came late for the measures of every stage: as Redis has it, and as the internal topics say in one fold."""
    ours, theirs = Flat(), Flat()
    snapshots = all_snapshots(road)
    for topic, stage in road.plan.stages.items():
        for number, log in road.records(topic).items():
            fold = Folded(stage, Restating(road.plan, stage.plan, counts=False))
            fold.fold([raw.value or b"" for raw in log])
            theirs.update(late_of(fold))
            for series, keys in snapshots[topic, number].cells.items():
                for fields in keys.values() if is_late(series) else ():
                    ours.update({(series, field): delta for field, delta in fields.items()})
    return Flat({key: n for key, n in ours.items() if n}), Flat({key: n for key, n in theirs.items() if n})
