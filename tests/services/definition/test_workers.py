"""Whether workers of a version run, out of a real Kafka."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    BrokerResponseError,
    CoordinatorLoadInProgressError,
    GroupAuthorizationFailedError,
    NotCoordinatorForGroupError,
)
from aiokafka.protocol.admin import DescribeGroupsResponse_v0

from schemas.errors import CommandError
from schemas.names import consumer_group
from services.definition.workers import members_in, none_runs, number_of
from services.stopping import stop
from tests.servers import KafkaServer


def test_it_is_said_as_long_as_one_is_in_the_group_and_of_no_other_version(kafka: KafkaServer) -> None:
    topic = kafka.new_topic()
    version = f"of-{topic}"

    async def story() -> None:
        await none_runs(kafka.bootstrap, version)
        assert not await number_of(kafka.bootstrap, version)  # None in a Kafka that never had a group
        worker = AIOKafkaConsumer(topic, bootstrap_servers=kafka.bootstrap, group_id=consumer_group(version))
        await worker.start()
        await worker.getmany(timeout_ms=100)
        with pytest.raises(CommandError, match=f"a worker of version {version} would be stopped"):
            await none_runs(kafka.bootstrap, version)
        await none_runs(kafka.bootstrap, f"{version}2")
        assert await number_of(kafka.bootstrap, version) == 1
        await stop(worker)
        await none_runs(kafka.bootstrap, version)
        assert await number_of(kafka.bootstrap, version) == 0

    asyncio.run(story())


def test_a_kafka_that_is_away_knows_of_none() -> None:
    asyncio.run(none_runs("127.0.0.1:1", "v1"))
    assert asyncio.run(number_of("127.0.0.1:1", "v1")) is None


def test_a_kafka_that_accepts_and_is_silent_is_not_waited_for_longer_than_is_said() -> None:
    async def story() -> None:
        ended = asyncio.Event()

        async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await ended.wait()
            writer.close()

        async with await asyncio.start_server(silent, "127.0.0.1") as server:
            host, port = server.sockets[0].getsockname()
            assert await number_of(f"{host}:{port}", "v1", patience_s=0.1) is None
            ended.set()

    asyncio.run(story())


@pytest.mark.parametrize(
    "error", [CoordinatorLoadInProgressError, NotCoordinatorForGroupError, GroupAuthorizationFailedError]
)
def test_a_kafka_that_cannot_say_now_does_not_say_that_none_runs(error: type[BrokerResponseError]) -> None:
    member = "m", "client", "host", b"", b""
    said = DescribeGroupsResponse_v0([(0, "g", "Stable", "consumer", "range", [member, member])])
    assert members_in(said) == 2
    assert members_in(DescribeGroupsResponse_v0([(0, "g", "Dead", "", "", [])])) == 0
    assert members_in(DescribeGroupsResponse_v0([(error.errno, "g", "", "", "", [])])) is None
