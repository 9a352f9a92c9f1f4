"""How far the logs reach, asked of Kafka once."""

import asyncio
from collections.abc import Collection, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

ANSWER_S = 10.0


async def ends(kafka: str, topics: Collection[str]) -> Mapping[tuple[str, int], int]:
    """The offset after the last of each partition; nothing of topics that are gone, or while Kafka is away."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    try:
        async with asyncio.timeout(ANSWER_S):
            await consumer.start()
            there = await consumer.topics()
            asked = [
                TopicPartition(topic, number)
                for topic in set(topics) & there
                for number in consumer.partitions_for_topic(topic) or ()
            ]
            found = await consumer.end_offsets(asked) if asked else {}
    except (KafkaError, OSError, TimeoutError):
        return {}
    finally:
        await consumer.stop()
    return {(one.topic, one.partition): offset for one, offset in found.items()}
