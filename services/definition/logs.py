"""The logs of sources, read again from where they begin."""

import asyncio
from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol, Self

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import CommandError, in_words
from services.no_answer import no_answer
from services.stopping import stop
from streams.events.raws import Raws

A_READ = 5_000
"""Records at a time."""
ANSWER_S = 30.0
"""How long a log may hand out nothing before its end."""
BY_THE_BROKER = 1


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int


class Begin(msgspec.Struct, frozen=True):
    """The first offset that a log still holds, and when the record there was appended.

    None where nobody knows: the log is empty, or keeps the time stamps of its producers.
    """

    offset: int
    appended_ms: int | None = None


class Logs(Protocol):
    """Raises CommandError where Kafka does not answer, or no longer holds what is asked for."""

    async def begins(self, places: Collection[Place]) -> Mapping[Place, Begin]:
        """Of each."""

    async def follow(self, begins: Mapping[Place, int]) -> None:
        """From here on ``some`` hands these out, from these offsets."""

    async def some(self, place: Place) -> tuple[Raws, int]:
        """The next records, and the offset after them; none where offsets hold no event."""


class KafkaLogs:
    """On one consumer, which is opened by ``async with``."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._kafka,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
        )
        try:
            await self._consumer.start()
        except (KafkaError, OSError) as away:
            await stop(self._consumer)
            raise CommandError(no_answer("kafka", self._kafka)) from away
        return self

    async def __aexit__(self, *_: object) -> None:
        await stop(self._consumer)

    async def begins(self, places: Collection[Place]) -> Mapping[Place, Begin]:
        begins, ends = await self._limits(places)
        await self.follow(begins)
        return {one: await self._begin(one, offset, ends[one]) for one, offset in begins.items()}

    async def follow(self, begins: Mapping[Place, int]) -> None:
        self._consumer.assign([TopicPartition(*one) for one in begins])
        for one, offset in begins.items():
            self._consumer.seek(TopicPartition(*one), offset)

    async def some(self, place: Place) -> tuple[Raws, int]:
        one, loop = TopicPartition(*place), asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_S
        try:
            before = await self._consumer.position(one)
            while loop.time() < deadline:
                found = await self._consumer.getmany(one, timeout_ms=500, max_records=A_READ)
                position = await self._consumer.position(one)
                if position > before:
                    return Raws.of(found.get(one, ())), position
        except (KafkaError, OSError) as away:
            raise CommandError(f"{place.topic}[{place.number}] cannot be read again: {in_words(away)}") from away
        await self._limits([place])  # Kafka is there
        raise CommandError(f"{place.topic}[{place.number}] hands out nothing from offset {before} on")

    async def _limits(self, places: Collection[Place]) -> tuple[dict[Place, int], dict[Place, int]]:
        """The first offset of each, and the one after its last."""
        several = [TopicPartition(*one) for one in places]
        try:
            async with asyncio.timeout(ANSWER_S):
                begins = await self._consumer.beginning_offsets(several)
                ends = await self._consumer.end_offsets(several)
        except (KafkaError, OSError, TimeoutError) as away:
            raise CommandError(no_answer("kafka", self._kafka)) from away
        return _by_place(begins), _by_place(ends)

    async def _begin(self, place: Place, offset: int, end: int) -> Begin:
        """Asked only of what has lost its beginning."""
        if not offset or end <= offset:
            return Begin(offset)
        raws, following = await self.some(place)
        while not raws and following < end:  # offsets that hold no event
            raws, following = await self.some(place)
        first = raws.records[0] if raws else None
        by_the_broker = first is not None and getattr(first, "timestamp_type", None) == BY_THE_BROKER
        return Begin(offset, first.timestamp if first is not None and by_the_broker else None)


def _by_place(offsets: Mapping[TopicPartition, int]) -> dict[Place, int]:
    return {Place(one.topic, one.partition): offset for one, offset in offsets.items()}
