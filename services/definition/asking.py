"""What the commands ask of Kafka's admin, once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

ANSWER_S = 20.0
Answer = TypeVar("Answer")


async def answer_of(
    kafka: str, question: Callable[[AIOKafkaAdminClient], Awaitable[Answer]], patience_s: float = ANSWER_S
) -> Answer | None:
    """None where Kafka does not answer in time."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        async with asyncio.timeout(patience_s):
            await admin.start()
            return await question(admin)
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await admin.close()
