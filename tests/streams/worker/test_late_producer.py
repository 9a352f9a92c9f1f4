"""What producers of the worker's own ask of Kafka: that every replica in step has what is taken for sent."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from schemas.events.needs import RawRecord, Refused
from streams.events.raws import Raws
from streams.worker import late_producer
from streams.worker.dead_letters import DeadLetterTopics
from streams.worker.intake import Outgoing
from streams.worker.internal import InternalTopics
from streams.worker.late_producer import LateProducer
from tests.streams.worker.fakes import PLACE

RAWS = Raws.of([RawRecord(0, 1, None, b"no event")])


class Producer:
    """In the place of AIOKafkaProducer: keeps what it was made with, and takes everything."""

    made: list["Producer"]

    def __init__(self, **settings: Any) -> None:
        self.settings, self.taken, self.running, self.closed = settings, 0, False, False
        self.made.append(self)

    async def start(self) -> None:
        self.running = True

    async def stop(self) -> None:
        self.running, self.closed = False, True

    async def send(self, *_: object, **__: object) -> asyncio.Future[None]:
        assert self.running
        self.taken += 1
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        answer.set_result(None)
        return answer

    async def send_and_wait(self, *_: object, **__: object) -> None:
        await (await self.send())


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Producer]:
    """Those that a test has made."""
    monkeypatch.setattr(late_producer, "AIOKafkaProducer", Producer)
    monkeypatch.setattr(Producer, "made", [], raising=False)
    return Producer.made


async def send(topics: LateProducer) -> None:
    """One message or letter."""
    match topics:
        case InternalTopics():
            await topics.send([Outgoing("internal", 0, [b"rows"])])
        case DeadLetterTopics():
            await topics.send(PLACE, RAWS, [Refused(0, "no_object", "")])
        case _:
            raise AssertionError(topics)


def test_one_that_finds_no_kafka_is_not_left_open(made: list[Producer], monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_: Producer) -> None:
        raise KafkaConnectionError("away")

    async def story() -> None:
        topics = InternalTopics("nowhere:1")
        for _ in range(2):
            with pytest.raises(KafkaConnectionError):
                await send(topics)
        await topics.close()

    monkeypatch.setattr(Producer, "start", away)
    asyncio.run(story())
    assert [one.closed for one in made] == [True, True]


@pytest.mark.parametrize("kind", [InternalTopics, DeadLetterTopics])
def test_what_is_sent_is_acknowledged_by_every_replica_that_is_in_step(
    kind: Callable[[str], LateProducer], made: list[Producer]
) -> None:
    async def story() -> None:
        topics = kind("nowhere:1")
        await asyncio.gather(send(topics), send(topics))
        await topics.close()
        await topics.close()

    asyncio.run(story())
    (producer,) = made
    assert producer.settings["bootstrap_servers"] == "nowhere:1"
    assert producer.settings["acks"] == "all"
    assert producer.taken == 2
    assert not producer.running
