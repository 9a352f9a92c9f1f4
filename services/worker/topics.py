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
RETENTIONS: Final = ("retention.ms", "retention.bytes")
HEADERS_BYTES = 64 * 1024
"""Room beside the bytes of an event for its headers and the reason."""


class TopicsAway(OSError):
    """Kafka does not answer, or a topic is not there yet: waited out."""


class KafkaTopics:
    """Asks through kafka-python's admin client, each time anew, off the event loop."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka
        self._said: set[str] = set()

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        """Id and number of partitions of each."""
        return await self._ask(lambda admin: _facts(admin, topics))

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        """Makes the dead-letter topics and the internal ones.

        Says which sources keep the producers' time stamps, and which internal topics keep less than those that are made
        here.  Raises LogError where one would lose messages that are not folded yet, unseen.
        """
        self._say(await self._ask(lambda admin: _prepare(admin, topics)))
        if internal:
            self._say(await self._ask(lambda admin: _prepare_internal(admin, internal)))

    def _say(self, warnings: list[str]) -> None:
        """Once each, however often something else lets the start wait."""
        for warning in warnings:
            if warning not in self._said:
                self._said.add(warning)
                log.warning(warning)

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


def _prepare(admin: Any, topics: Collection[str]) -> list[str]:
    """Gives what has to be said of them."""
    _facts(admin, topics)
    letters = {topic: dead_letter_topic(topic) for topic in topics}
    create_missing(admin, dict.fromkeys(letters.values(), 1))
    settings = _settings(admin, [*letters, *letters.values()], (STAMP, LARGEST))
    for topic, letter in letters.items():
        room = int(settings[topic][LARGEST]) + HEADERS_BYTES
        if int(settings[letter][LARGEST]) < room:
            _make_room(admin, letter, room)
    return [
        f"{topic} keeps its producers' time stamps: what is too far ahead and which ids are still remembered "
        f"is judged by their clocks ({STAMP}={STAMPED_BY_THE_BROKER[STAMP]} would have the broker's)"
        for topic in topics
        if settings[topic][STAMP] != STAMPED_BY_THE_BROKER[STAMP]
    ]


def _prepare_internal(admin: Any, topics: Collection[str]) -> list[str]:
    """Gives what has to be said of them."""
    create_missing(admin, dict.fromkeys(topics, INTERNAL_PARTITIONS), INTERNAL)
    warnings: list[str] = []
    for name, told in _settings(admin, topics, (CLEANUP, *RETENTIONS)).items():
        if told[CLEANUP] != INTERNAL[CLEANUP]:
            raise LogError(
                f"{name} is set to {CLEANUP}={told[CLEANUP]}: what is not folded yet would be lost.  "
                f"Set it to {INTERNAL[CLEANUP]}."
            )
        warnings += (_short(name, one, told[one]) for one in RETENTIONS if _keeps_less(told[one], INTERNAL[one]))
    return warnings


def _keeps_less(value: str, least: str) -> bool:
    """Below 0 is without end."""
    return int(value) >= 0 and (int(least) < 0 or int(value) < int(least))


def _short(topic: str, setting: str, value: str) -> str:
    """What is gone too early stops a worker once it is missed; until then nothing is wrong."""
    return (
        f"{topic} is set to {setting}={value}: a worker that was away for longer, or finds Redis as it was before, "
        f"might miss messages, and stop for good.  Set it to {INTERNAL[setting]}."
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
