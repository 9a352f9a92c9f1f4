"""How far the logs reach, asked of Kafka once."""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.stopping import stop

ANSWER_S = 10.0


async def ends(kafka: str, topics: Mapping[str, int]) -> Mapping[tuple[str, int], int]:
    """The offset after the last of each partition (topic -> how many); nothing of topics that are gone, or while
    Kafka is away.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    try:
        async with asyncio.timeout(ANSWER_S):
            await consumer.start()
            there = await consumer.topics()
            asked = [TopicPartition(topic, n) for topic in topics.keys() & there for n in range(topics[topic])]
            found = await consumer.end_offsets(asked) if asked else {}
    except (KafkaError, OSError, TimeoutError):
        return {}
    finally:
        await stop(consumer)
    return {(one.topic, one.partition): offset for one, offset in found.items()}
