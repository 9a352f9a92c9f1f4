"""What is deleted in Kafka when a version is retired, and nothing else."""

import asyncio

from schemas.names import internal_topic
from services.definition.internal_topics import Dropped, drop
from tests.live.road import until
from tests.servers import KafkaServer


def dropped(kafka: str, version: str, topics: list[str]) -> Dropped:
    return asyncio.run(drop(kafka, version, topics))


def topics(kafka: KafkaServer) -> set[str]:
    with kafka.admin() as admin:
        return set(admin.list_topics())


def test_internal_topics_are_deleted_and_sources_and_those_of_other_versions_stay(kafka: KafkaServer) -> None:
    source, mine, other = kafka.new_topic(), internal_topic("v1", "shop", "account"), internal_topic("v12", "shop", "a")
    for topic in (mine, other):
        kafka.create_topic(topic)
    gone = internal_topic("v1", "shop", "seller")
    assert dropped(kafka.bootstrap, "v1", [source, mine, gone]) == Dropped((mine,), ())
    until(lambda: mine not in topics(kafka), lambda: f"{mine} is still there")
    assert {source, other} <= topics(kafka)
    assert dropped(kafka.bootstrap, "v1", [source, mine]) == Dropped((), ())


def test_while_kafka_is_away_they_are_named_and_nothing_is_asked_where_there_are_none() -> None:
    mine = internal_topic("v1", "shop", "account")
    assert dropped("127.0.0.1:1", "v1", ["shop", mine]) == Dropped((), (mine,))
    assert dropped("127.0.0.1:1", "v1", ["shop"]) == Dropped((), ())
