"""A tenth of all events broken in every way we know: each is kept with its reason, none stops the worker."""

import itertools
import json
import random
from collections.abc import Iterator
from typing import NamedTuple

from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from schemas.events.needs import Raw
from schemas.names import (
    HEADER_DETAIL,
    HEADER_OFFSET,
    HEADER_PARTITION,
    HEADER_REASON,
    HEADER_TOPIC,
    OUTCOMES,
    dead_letter_topic,
    miskeyed_total,
)
from tests.live.road import Road, orders

NUMBER = 10_000
LARGEST = 1_048_576
"""What a broker takes as one batch of messages, unless told otherwise."""
MOST = b"x" * (LARGEST - 61 - 12)  # less what a batch of one record without key adds
GOOD = {"event_id": "b", "event": "order", "user_id": "u1", "time": 1_735_689_600_000, "amount": 5.5}
OWN_HEADER = ("trace", b"\x00\xff")


class Sent(NamedTuple):
    """A broken event as it was published, and why it is refused."""

    value: bytes | None
    key: bytes | None
    reason: str


def with_(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in GOOD.items() if key != name}).encode()


BROKEN: list[tuple[bytes | None, str]] = [
    (None, "empty"),
    (b"", "empty"),
    (b'{"event_id": "\xff"}', "bad_bytes"),
    (with_().decode().encode("utf-16"), "bad_bytes"),
    (with_()[:-1], "bad_json"),
    (with_() + b"}", "bad_json"),
    (b"{'event_id': 'b'}", "bad_json"),
    (b"[" * 10_000, "bad_json"),
    (b"[1, 2]", "no_object"),
    (b"null", "no_object"),
    (without("event_id"), "no_id"),
    (with_(event_id=""), "no_id"),
    (without("event"), "no_type"),
    (without("time"), "no_time"),
    (with_(time="yesterday"), "bad_time"),
    (with_(time="2025-03-01T00:00:00"), "bad_time"),
    (with_(time=-1), "absurd_time"),
    (with_(user_id={"id": 1}), "wrong_type"),
    (with_(amount="5.50"), "wrong_type"),
    (with_(amount=9e15), "bad_number"),
    (with_(time=4_102_444_800_000), "ahead"),
    (with_(event_id="late", time=1_600_000_000_000), "late"),
]


def broken() -> Iterator[Sent]:
    """Over and over, each under another key or none; late ones need an id of their own."""
    for number, (value, reason) in enumerate(itertools.cycle(BROKEN)):
        own = with_(event_id=f"late {number}", time=1_600_000_000_000) if reason == "late" else value
        yield Sent(own, None if own and number % 3 == 0 else b"k%d" % number, reason)


def publish(road: Road, good: list[bytes], bad: list[Sent]) -> None:
    """Good ones first in each partition, so that late ones are; then all others in no order."""
    mixed: list[Sent] = [Sent(line, b"u", "") for line in good[400:]] + bad
    random.Random(1).shuffle(mixed)
    producer = KafkaProducer(bootstrap_servers=road.kafka.bootstrap, linger_ms=20)
    try:
        for number, line in enumerate(good[:400]):
            producer.send(road.topic, line, b"u", partition=number % 4)
        producer.flush()
        for number, one in enumerate(mixed):
            producer.send(road.topic, one.value, one.key, [OWN_HEADER], partition=number % 4)
        producer.flush()
    finally:
        producer.close()


def test_ten_thousand_events_with_a_tenth_broken(road: Road) -> None:
    worker = road.start("")
    good, bad = orders(NUMBER * 9 // 10), list(itertools.islice(broken(), NUMBER // 10))
    publish(road, good, bad)
    road.until_read()
    assert road.differences() == []
    snapshots = road.snapshots().values()
    totals = {outcome: sum(one.totals.get(outcome, 0) for one in snapshots) for outcome in OUTCOMES}
    assert totals["counted"] == len(good)
    assert sum(one.totals.get(miskeyed_total("other"), 0) for one in snapshots) == len(good)  # all bear the key "u"
    assert totals["ahead"] == sum(one.reason == "ahead" for one in bad)
    assert totals["late"] == sum(one.reason == "late" for one in bad)
    assert totals["refused"] == len(bad) - totals["ahead"] - totals["late"]

    sources = road.records(road.topic)
    letters = letters_of(road)
    assert len(letters) == len(bad)
    assert sorted(map(content, letters), key=repr) == sorted(map(tuple, bad), key=repr)
    for letter in letters:
        headers = dict(letter.headers)
        assert headers[HEADER_TOPIC].decode() == road.topic
        assert headers[HEADER_DETAIL]
        source = next(
            raw for raw in sources[int(headers[HEADER_PARTITION])] if raw.offset == int(headers[HEADER_OFFSET])
        )
        assert (letter.key, letter.value, letter.headers[0]) == (source.key, source.value, OWN_HEADER)
    assert worker.process.exit_code() is None
    assert worker.log().count("INFO streams.worker.sessions opened") == 4, "no session was ever opened again"
    assert "late 2" not in worker.log()


def content(letter: Raw) -> tuple[bytes | None, bytes | None, str]:
    return letter.value, letter.key, dict(letter.headers)[HEADER_REASON].decode()


def publish_one(road: Road, value: bytes, partition: int = 0) -> None:
    producer = KafkaProducer(bootstrap_servers=road.kafka.bootstrap, max_request_size=2 * LARGEST)
    try:
        producer.send(road.topic, value, partition=partition).get(10)
    finally:
        producer.close()


def letters_of(road: Road) -> list[Raw]:
    return [letter for part in road.records(dead_letter_topic(road.topic)).values() for letter in part]


def test_an_event_as_large_as_the_broker_takes_becomes_a_dead_letter(road: Road) -> None:
    worker = road.start()
    worker.says("opened")
    publish_one(road, MOST)
    road.publish(orders(100))
    road.until_read()
    assert road.counted() == 100
    assert [(letter.value, dict(letter.headers)[HEADER_REASON]) for letter in letters_of(road)] == [(MOST, b"bad_json")]
    assert worker.process.exit_code() is None


def test_what_the_dead_letter_topic_does_not_take_is_kept_without_its_bytes_and_holds_nothing_up(road: Road) -> None:
    road.start().says("opened")
    letter_topic = ConfigResource(
        ConfigResourceType.TOPIC, dead_letter_topic(road.topic), {"max.message.bytes": "2000"}
    )
    with road.kafka.admin() as admin:
        admin.alter_configs([letter_topic])
    for value in (MOST, b"small"):
        publish_one(road, value, partition=1)
    road.until_read()
    large, small = letters_of(road)
    assert (small.value, dict(small.headers)[HEADER_REASON]) == (b"small", b"bad_json")
    assert (large.value, dict(large.headers)[HEADER_OFFSET]) == (None, b"0")
    assert dict(large.headers)[HEADER_DETAIL] == b"its %d bytes are more than this topic takes" % len(MOST)
