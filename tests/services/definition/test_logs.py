"""What a backfill reads, out of a real Kafka."""

import asyncio
import time
from collections.abc import Callable, Mapping

import pytest
from kafka import KafkaProducer, TopicPartition

from schemas.errors import CommandError
from services.definition import logs
from services.definition.logs import Begin, KafkaLogs, Place
from tests.servers import KafkaServer


def filled(kafka: KafkaServer, lost: int, **settings: str) -> str:
    """A topic of two partitions, the first with ten records of which so many are lost."""
    topic = kafka.new_topic(2, **settings)
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    for n in range(10):
        producer.send(topic, b"%d" % n, partition=0)
    producer.close()
    if lost:
        with kafka.admin() as admin:
            admin.delete_records({TopicPartition(topic, 0): lost})
    return topic


async def begins(kafka: KafkaServer, topic: str) -> Mapping[Place, Begin]:
    async with KafkaLogs(kafka.bootstrap) as one:
        return await one.begins([Place(topic, 0), Place(topic, 1)])


def test_a_log_that_lost_its_beginning_tells_when_what_is_left_was_appended(kafka: KafkaServer) -> None:
    before_ms = time.time_ns() // 1_000_000
    topic = filled(kafka, 4)
    found = asyncio.run(begins(kafka, topic))
    assert found.keys() == {Place(topic, 0), Place(topic, 1)}
    assert found[Place(topic, 1)] == Begin(0)
    assert found[Place(topic, 0)].offset == 4
    assert before_ms <= (found[Place(topic, 0)].appended_ms or 0) <= time.time_ns() // 1_000_000


def test_nobody_knows_where_nothing_is_left_or_producers_say_when(kafka: KafkaServer) -> None:
    empty, told = filled(kafka, 10), filled(kafka, 4, message_timestamp_type="CreateTime")
    assert asyncio.run(begins(kafka, empty))[Place(empty, 0)] == Begin(10)
    assert asyncio.run(begins(kafka, told))[Place(told, 0)] == Begin(4)


def test_records_come_in_order_with_the_offset_after_them(kafka: KafkaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "A_READ", 3)
    place = Place(filled(kafka, 0), 0)

    async def read() -> list[tuple[list[bytes | None], int]]:
        async with KafkaLogs(kafka.bootstrap) as one:
            await one.follow({place: 2})
            return [(raws.values, following) for raws, following in [await one.some(place) for _ in range(3)]]

    assert asyncio.run(read()) == [([b"2", b"3", b"4"], 5), ([b"5", b"6", b"7"], 8), ([b"8", b"9"], 10)]


def test_what_was_lost_meanwhile_or_does_not_come_is_said(kafka: KafkaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "ANSWER_S", 1.0)
    place = Place(filled(kafka, 4), 0)

    async def read(begin: int) -> None:
        async with KafkaLogs(kafka.bootstrap) as one:
            await one.follow({place: begin})
            await one.some(place)

    with pytest.raises(CommandError, match="cannot be read again"):
        asyncio.run(read(2))
    with pytest.raises(CommandError, match="hands out nothing from offset 10 on"):
        asyncio.run(read(10))


def test_of_no_place_nothing_is_asked(kafka: KafkaServer) -> None:
    async def read() -> Mapping[Place, Begin]:
        async with KafkaLogs(kafka.bootstrap) as one:
            return await one.begins([])

    assert asyncio.run(read()) == {}


def test_what_was_never_committed_is_passed_over(kafka: KafkaServer) -> None:
    """Also where it is the first that is left."""
    topic, before_ms = kafka.new_topic(1), time.time_ns() // 1_000_000
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id=f"of {topic}")
    producer.init_transactions()
    for n, committed in enumerate([True, False, True, False]):
        producer.begin_transaction()
        for _ in range(3):
            producer.send(topic, b"%d" % n, partition=0)
        producer.flush()
        (producer.commit_transaction if committed else producer.abort_transaction)()
    producer.close()
    with kafka.admin() as admin:
        admin.delete_records({TopicPartition(topic, 0): 4})
    place = Place(topic, 0)

    async def read() -> tuple[Begin, list[tuple[list[int], int]]]:
        async with KafkaLogs(kafka.bootstrap) as one:
            begin, found = (await one.begins([place]))[place], list[tuple[list[int], int]]()
            await one.follow({place: begin.offset})
            while not found or found[-1][1] < 16:
                raws, following = await one.some(place)
                found.append(([raw.offset for raw in raws], following))
            return begin, found

    begin, found = asyncio.run(read())
    assert begin.offset == 4
    assert before_ms <= (begin.appended_ms or 0) <= time.time_ns() // 1_000_000
    assert [offset for offsets, _ in found for offset in offsets] == [8, 9, 10]
    assert found[-1][1] == 16


def test_kafka_that_goes_away_in_the_middle_is_said(
    own_kafka: Callable[..., KafkaServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "ANSWER_S", 2.0)
    kafka = own_kafka()
    place = Place(filled(kafka, 0), 0)

    async def read() -> None:
        async with KafkaLogs(kafka.bootstrap) as one:
            await one.follow({place: 0})
            assert len((await one.some(place))[0]) == 10
            kafka.kill()
            await one.some(place)

    with pytest.raises(CommandError, match="does not answer"):
        asyncio.run(read())


def test_kafka_that_is_away_is_said() -> None:
    async def read() -> None:
        async with KafkaLogs("127.0.0.1:1"):
            pass

    with pytest.raises(CommandError, match=r"Kafka at 127\.0\.0\.1:1 does not answer"):
        asyncio.run(read())
