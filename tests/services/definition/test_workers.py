"""Whether workers of a version run, out of a real Kafka."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer

from schemas.errors import CommandError
from schemas.names import consumer_group
from services.definition.workers import none_runs
from services.stopping import stop
from tests.servers import KafkaServer


def test_it_is_said_as_long_as_one_is_in_the_group_and_of_no_other_version(kafka: KafkaServer) -> None:
    topic = kafka.new_topic()
    version = f"of-{topic}"

    async def story() -> None:
        await none_runs(kafka.bootstrap, version)
        worker = AIOKafkaConsumer(topic, bootstrap_servers=kafka.bootstrap, group_id=consumer_group(version))
        await worker.start()
        await worker.getmany(timeout_ms=100)
        with pytest.raises(CommandError, match=f"a worker of version {version} would be stopped"):
            await none_runs(kafka.bootstrap, version)
        await none_runs(kafka.bootstrap, f"{version}2")
        await stop(worker)
        await none_runs(kafka.bootstrap, version)

    asyncio.run(story())


def test_a_kafka_that_is_away_knows_of_none() -> None:
    asyncio.run(none_runs("127.0.0.1:1", "v1"))
