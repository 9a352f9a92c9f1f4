"""What the worker asks of Kafka besides events: ids and partitions of topics, and a place for dead letters."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError as ClientError
from kafka.errors import TopicAlreadyExistsError

from schemas.names import dead_letter_topic
from streams.worker.sessions import TopicFacts

log = logging.getLogger(__name__)
T = TypeVar("T")


class TopicsAway(OSError):
    """Kafka does not answer, or a topic is not there yet: waited out."""


class KafkaTopics:
    """Asks through kafka-python's admin client, each time anew, off the event loop."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        """Id and number of partitions of each."""
        return await self._ask(lambda admin: _facts(admin, topics))

    async def prepare(self, topics: Collection[str]) -> None:
        """Makes the dead-letter topics, and says which sources keep the producers' time stamps."""
        await self._ask(lambda admin: _prepare(admin, topics))

    async def _ask(self, question: Callable[[Any], T]) -> T:
        def ask() -> T:
            try:
                admin = KafkaAdminClient(bootstrap_servers=self._kafka.split(","), request_timeout_ms=10_000)
                try:
                    return question(admin)
                finally:
                    admin.close()
            except ClientError as error:
                raise TopicsAway(str(error) or type(error).__name__) from error

        return await asyncio.to_thread(ask)


def _facts(admin: Any, topics: Collection[str]) -> dict[str, TopicFacts]:
    found = {topic["name"]: topic for topic in admin.describe_topics(list(topics))}
    missing = [name for name in topics if name not in found or found[name]["error_code"]]
    if missing:
        message = f"no such topic: {', '.join(sorted(missing))}"
        raise TopicsAway(message)
    return {name: TopicFacts(str(found[name]["topic_id"]), len(found[name]["partitions"])) for name in topics}


def _prepare(admin: Any, topics: Collection[str]) -> None:
    _facts(admin, topics)
    there = set(admin.list_topics())
    for topic in topics:
        name = dead_letter_topic(topic)
        if name not in there:
            try:
                admin.create_topics([NewTopic(name=name, num_partitions=1, replication_factor=-1)])
            except TopicAlreadyExistsError:
                log.info("another worker made %s", name)
