"""Accounts and referrers of a topic that is keyed by user, and a second topic keyed and written otherwise: workers are
killed, stand still and find an old Redis while both are counted, every fifth event comes twice, and then every number
is SQL's.
"""

import itertools
import random
import signal
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from redis import Redis

from services.local.process import Process
from streams.plan import INTERNAL_PARTITIONS
from streams.rekeying.messages import decoded
from tests.live.rekeyed import Sent, new_company, publish_visits, shop, web, wrong
from tests.live.road import SHORT, MakeRoad, Road, busy, until
from tests.live.stages import all_snapshots, until_all_is_read
from tests.servers import KafkaServer, RedisServer

KILLS = 6
STANDS_STILL = """
import os, signal
from streams.worker.internal import InternalTopics
send, batches = InternalTopics.send, []
async def standing_still(self, outgoing):
    batches.append(outgoing)
    chosen = len(batches) == 4
    if chosen and {before}: os.kill(os.getpid(), signal.SIGSTOP)
    await send(self, outgoing)
    if chosen and not {before}: os.kill(os.getpid(), signal.SIGSTOP)
InternalTopics.send = standing_still
"""
"""A worker that is stopped before or after it sends the messages of its fourth batch, and before their commit."""


@pytest.fixture
def company(new_road: MakeRoad, kafka: KafkaServer, redis_server: RedisServer, redis: Redis) -> Road:
    return new_company(new_road, kafka, redis_server)


def twice(orders: list[bytes], chance: random.Random) -> list[bytes]:
    """Every fifth two times, in no order."""
    sent = orders + orders[::5]
    chance.shuffle(sent)
    return sent


def test_kills_between_two_stages_change_no_number_and_nothing_is_counted_twice(company: Road) -> None:
    road, chance = company, random.Random(1)
    sent = Sent(shop(6_000), web(1_500))
    assert publish_visits(road, sent.visits) == 1_800
    pair = [road.start(), road.start()]
    with busy(road, twice(sent.orders, chance), 500):
        for _ in range(KILLS):
            road.until_work()
            chance.choice(pair).process.kill()
            pair = [worker if worker.process.exit_code() is None else road.start() for worker in pair]
    assert wrong(road, sent)[:5] == []
    snapshots = all_snapshots(road)
    assert {topic for topic, _ in snapshots} == {*road.plan.sources, *road.plan.stages}
    assert len(road.plan.stages) == 3
    for stage in road.plan.stages:
        floors = [one.standing.floor for (topic, _), one in snapshots.items() if topic == stage]
        assert len(floors) == INTERNAL_PARTITIONS


def stands_still(process: Process) -> bool:
    state = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    return state == "T"


def sent_again(road: Road) -> int:
    """Messages in internal topics whose offsets another message before them has brought already."""
    number = 0
    for stage in road.plan.stages:
        for log in road.records(stage).values():
            reached: dict[int, int] = defaultdict(int)
            for message in (decoded(raw.value) for raw in log):
                number += message.next <= reached[message.partition]
                reached[message.partition] = max(message.next, reached[message.partition])
    return number


@pytest.mark.parametrize("before", [True, False], ids=["before it sends", "before it commits"])
def test_a_worker_that_stood_still_while_another_took_over_counts_nothing_twice_when_it_goes_on(
    company: Road, *, before: bool
) -> None:
    road, sent = company, Sent(shop(2_000), web(300))
    zombie = road.start(SHORT + STANDS_STILL.format(before=before))
    road.publish(sent.orders[:1_500])
    publish_visits(road, sent.visits)
    until(lambda: stands_still(zombie.process), road.last_words)
    road.start()
    until_all_is_read(road)
    by_the_other, opened = sent_again(road), zombie.log().count(" opened ")
    zombie.process.signal(signal.SIGCONT)
    until(lambda: zombie.log().count(" opened ") > opened, road.last_words)
    if before:
        until(lambda: sent_again(road) > by_the_other, road.last_words)
    else:
        assert by_the_other > 0
    road.publish(sent.orders[1_500:])
    assert wrong(road, sent)[:5] == []
    assert zombie.process.exit_code() is None


def further(road: Road, position: int) -> bool:
    return road.position() > position


def test_a_redis_from_an_old_snapshot_is_brought_up_again_in_both_stages(
    new_road: MakeRoad, kafka: KafkaServer, own_redis: Callable[..., RedisServer], tmp_path: Path
) -> None:
    road, chance = new_company(new_road, kafka, own_redis()), random.Random(2)
    sent = Sent(shop(4_000), web(600))
    publish_visits(road, sent.visits)
    for _ in range(2):
        road.start()
    with busy(road, twice(sent.orders, chance), 500):
        for _ in range(2):
            road.until_work()
            old = road.redis.snapshot(tmp_path / "old.rdb")
            beyond = road.position() + 400
            until(partial(further, road, beyond), road.last_words)
            road.redis.restart(rdb=old)
            road.until_work()
    assert wrong(road, sent)[:5] == []
    assert sent_again(road) > 0


def test_an_internal_topic_that_was_made_anew_stops_the_worker_and_says_why(company: Road) -> None:
    road = company
    road.publish(shop(200))
    first = road.start()
    until(lambda: len(all_snapshots(road)) == 2 * 4 + 3 * INTERNAL_PARTITIONS, road.last_words)
    until_all_is_read(road)
    first.process.end(20)
    with road.kafka.admin() as admin:
        topic = min(road.plan.stages)
        admin.delete_topics([topic])
    road.publish(itertools.islice(shop(400), 200, None))
    second = road.start()
    assert second.ends() == 1
    second.says("stopped", topic, "was made anew")


def settings_of(road: Road, topic: str) -> dict[str, str]:
    """As Kafka tells them."""
    with road.kafka.admin() as admin:
        told = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter="all")
    return {name: one["value"] for name, one in told["topic"][topic].items()}


def test_internal_topics_are_made_to_keep_what_is_not_folded_and_one_that_would_not_stops_the_worker(
    company: Road,
) -> None:
    road = company
    first, *_, last = sorted(road.plan.stages)
    road.kafka.create_topic(last, INTERNAL_PARTITIONS, cleanup_policy="compact")
    worker = road.start()
    assert worker.ends() == 1
    worker.says(f"{last} is set to cleanup.policy=compact")
    told = settings_of(road, first)
    assert told["cleanup.policy"] == "delete"
    assert int(told["retention.ms"]) >= 14 * 86_400_000
    assert told["retention.bytes"] == "-1"
    assert all_snapshots(road) == {}
