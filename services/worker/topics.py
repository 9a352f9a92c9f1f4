"""What the worker asks of Kafka besides events: ids and partitions of topics, and a place for dead letters."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError as ClientError

from schemas.errors import LogError, in_words
from schemas.names import dead_letter_topic
from services.no_answer import no_answer
from services.topics import INTERNAL, STAMPED_BY_THE_BROKER, admin_client, create_missing
from streams.plan import INTERNAL_PARTITIONS
from streams.worker.sessions import TopicFacts

log = logging.getLogger(__name__)
T = TypeVar("T")
PATIENCE: Final = {"request_timeout_ms": 10_000, "bootstrap_timeout_ms": 5_000}

STAMP, LARGEST, CLEANUP = "message.timestamp.type", "max.message.bytes", "cleanup.policy"
HEADERS_BYTES = 64 * 1024
"""Room beside the bytes of an event for its headers and the reason."""


class TopicsAway(OSError):
    """Kafka does not answer, or a topic is not there yet: waited out."""


class KafkaTopics:
    """Asks through kafka-python's admin client, each time anew, off the event loop."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        """Id and number of partitions of each."""
        return await self._ask(lambda admin: _facts(admin, topics))

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        """Makes the dead-letter topics and the internal ones, and says which sources keep the producers' time stamps.

        Raises LogError where an internal topic would lose messages.
        """
        await self._ask(lambda admin: _prepare(admin, topics))
        if internal:
            await self._ask(lambda admin: _prepare_internal(admin, internal))

    async def _ask(self, question: Callable[[Any], T]) -> T:
        def ask() -> T:
            try:
                admin = admin_client(self._kafka, **PATIENCE)
            except ClientError as error:
                raise TopicsAway(no_answer("kafka", self._kafka)) from error
            try:
                with contextlib.closing(admin):
                    return question(admin)
            except ClientError as error:
                raise TopicsAway(in_words(error)) from error

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
    letters = {topic: dead_letter_topic(topic) for topic in topics}
    create_missing(admin, dict.fromkeys(letters.values(), 1))
    settings = _settings(admin, [*letters, *letters.values()], (STAMP, LARGEST))
    for topic, letter in letters.items():
        if settings[topic][STAMP] != STAMPED_BY_THE_BROKER[STAMP]:
            log.warning(
                "%s keeps its producers' time stamps: what is too far ahead and which ids are still remembered "
                "is judged by their clocks (%s=%s would have the broker's)",
                topic,
                STAMP,
                STAMPED_BY_THE_BROKER[STAMP],
            )
        room = int(settings[topic][LARGEST]) + HEADERS_BYTES
        if int(settings[letter][LARGEST]) < room:
            _make_room(admin, letter, room)


def _prepare_internal(admin: Any, topics: Collection[str]) -> None:
    create_missing(admin, dict.fromkeys(topics, INTERNAL_PARTITIONS), INTERNAL)
    for name, told in _settings(admin, topics, (CLEANUP,)).items():
        if told[CLEANUP] != INTERNAL[CLEANUP]:
            raise LogError(
                f"{name} is set to {CLEANUP}={told[CLEANUP]}: what is not folded yet would be lost.  "
                f"Set it to {INTERNAL[CLEANUP]}."
            )


def _settings(admin: Any, topics: Collection[str], keys: Collection[str]) -> dict[str, dict[str, str]]:
    """Of each topic these; raises TopicsAway where the broker asked has not heard of one that was made just now."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(keys)) for name in topics]
    told = admin.describe_configs(asked, config_filter="all")["topic"]
    unknown = [name for name in topics if not told.get(name, {}).keys() >= set(keys)]
    if unknown:
        raise TopicsAway(f"{', '.join(unknown)}: made just now, and not known everywhere yet")
    return {name: {key: told[name][key]["value"] for key in keys} for name in topics}


def _make_room(admin: Any, letter: str, room: int) -> None:
    """So that the largest event fits, with the reason beside it."""
    try:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, letter, {LARGEST: str(room)})])
    except ClientError as error:
        log.warning(
            "%s: set %s to %d, or the largest bad events are kept without their bytes: %s", letter, LARGEST, room, error
        )
