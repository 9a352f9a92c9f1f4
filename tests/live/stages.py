"""A road of several topics: what all their partitions hold, sources and the internal topics between two stages."""

import asyncio

from kafka import TopicPartition

from streams.state.port import Partition, Snapshot
from tests.live.road import EVERY_KEY, Road, until


def all_snapshots(road: Road) -> dict[tuple[str, int], Snapshot]:
    """Of every partition that there has to be; those without a position left out."""

    async def read() -> dict[tuple[str, int], Snapshot]:
        wanted = {series.name: [EVERY_KEY] for series in road.plan.series.values()}
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
