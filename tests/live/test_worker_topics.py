"""What a worker looks at in its topics before it begins, and what it says of them."""

import asyncio
import contextlib
import logging

import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from redis import Redis

from services.worker.topics import KafkaTopics, TopicsAway
from streams.plan import INTERNAL_PARTITIONS
from tests.live.road import MakeRoad, Road, orders, until
from tests.servers import KafkaServer, RedisServer

DAY = 86_400_000
ACCOUNTS = """\
company: Test
time_zone: UTC
events: {topic: TOPIC, keyed_by: user_id}
measures: {accounts: {distinct: account_id, of: order}}
metrics:  {accounts: {measure: accounts, window: lifetime}}
north_star: {metric: accounts}
"""


def keep_producers_stamps(road: Road) -> None:
    """From now on."""
    wanted = ConfigResource(ConfigResourceType.TOPIC, road.topic, {"message.timestamp.type": "CreateTime"})
    with road.kafka.admin() as admin:
        admin.alter_configs([wanted])


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """By us: on a busy machine kafka-python warns of its own slow steps."""
    ours = (one for one in caplog.records if one.name.startswith("services."))
    return [one.getMessage() for one in ours if one.levelno >= logging.WARNING]


def prepared(road: Road, caplog: pytest.LogCaptureFixture, times: int = 1) -> list[str]:
    """What is said when a worker prepares its topics so many times, as it does while it waits for Redis."""
    topics = KafkaTopics(road.kafka.bootstrap)

    def done() -> bool:
        with contextlib.suppress(TopicsAway):  # made just now: a worker asks again too
            asyncio.run(topics.prepare([*road.plan.sources], [*road.plan.stages]))
            return True
        return False

    caplog.clear()
    for _ in range(times):
        until(done, lambda: "the topics are not there")
    return said(caplog)


def test_a_worker_says_at_its_start_that_a_topic_keeps_its_producers_time_stamps_and_counts(road: Road) -> None:
    keep_producers_stamps(road)
    road.publish(orders(200))
    worker = road.start("")
    road.until_read()
    worker.says("WARNING", f"{road.topic} keeps its producers' time stamps", "message.timestamp.type=LogAppendTime")
    assert worker.log().count("time stamps") == 1
    assert road.counted() == 200
    assert road.differences() == []


def test_nothing_is_said_of_a_topic_with_the_brokers_time_stamps_and_of_another_once(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    assert prepared(road, caplog) == []
    keep_producers_stamps(road)
    (warning,) = prepared(road, caplog, times=3)
    assert "producers' time stamps" in warning


@pytest.fixture
def accounts(new_road: MakeRoad, kafka: KafkaServer, redis_server: RedisServer, redis: Redis) -> Road:
    """Of a topic keyed by user."""
    return new_road(kafka, redis_server, ACCOUNTS)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, []),
        ({"retention_ms": "-1"}, []),
        ({"retention_ms": str(14 * DAY)}, []),
        ({"retention_ms": str(14 * DAY - 1)}, ["retention.ms=1209599999"]),
        ({"retention_ms": "3600000"}, ["retention.ms=3600000"]),
        ({"retention_bytes": "1073741824"}, ["retention.bytes=1073741824"]),
        ({"retention_ms": "0", "retention_bytes": "0"}, ["retention.ms=0", "retention.bytes=0"]),
    ],
)
def test_an_internal_topic_that_keeps_less_than_those_that_are_made_is_told(
    settings: dict[str, str], told: list[str], accounts: Road, caplog: pytest.LogCaptureFixture
) -> None:
    (topic,) = accounts.plan.stages
    if settings:
        kept = {"retention_ms": str(14 * DAY), "retention_bytes": "-1"} | settings
        accounts.kafka.create_topic(topic, INTERNAL_PARTITIONS, **kept)
    found = prepared(accounts, caplog, times=2)
    assert len(found) == len(told)
    for warning, setting in zip(found, told, strict=True):
        assert warning.startswith(f"{topic} is set to {setting}: ")
