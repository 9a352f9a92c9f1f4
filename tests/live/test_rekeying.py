"""Accounts and referrers of a topic that is keyed by user, and a second topic keyed otherwise: workers are killed while
both are counted, every fifth event comes twice, and then every number is SQL's.
"""

import itertools
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from redis import Redis

from services.publisher.publisher import Publisher
from services.publisher.sending import publish_lines
from streams.cells import Cells
from streams.plan import INTERNAL_PARTITIONS
from streams.readings import AsOf, Readings
from tests.live.road import MakeRoad, Road, busy, until
from tests.live.stages import all_snapshots, late_cells, until_all_is_read
from tests.reference.measures import Reference, Value
from tests.servers import KafkaServer, RedisServer

KILLS = 6
TEXT = """\
company: Test
time_zone: Europe/Amsterdam
events:
  - {name: shop, topic: TOPIC, keyed_by: user_id, lateness: 400d, dedupe: 1h}
  - {name: web, topic: TOPIC-web, keyed_by: visitor, format: {time: at, properties: data}, lateness: 400d}
measures:
  orders:          {count: order, from: shop}
  customers:       {distinct: user_id, of: order, from: shop}
  accounts:        {distinct: account_id, of: order, from: shop}
  account_repeats: {repeat: order, by: account_id, within: 20d, from: shop}
  referrers:       {first: order, by: referrer, from: shop, where: amount > 10}
  account_skus:    {first: order, by: [account_id, items.sku], from: shop, where: items.qty > 0}
  visitors:        {distinct: visitor, of: visit, from: web}
  campaigns:       {distinct: campaign, of: visit, from: web}
metrics:
  orders:        {measure: orders, window: [{calendar: month}, lifetime]}
  accounts:      {measure: accounts, window: [{calendar: month}, {rolling: 7d}, lifetime]}
  repeats:       {ratio: [account_repeats, accounts], window: [{calendar: month}, lifetime]}
  referrers:     {measure: referrers, window: [{calendar: day}, lifetime]}
  account_skus:  {measure: account_skus, window: [{calendar: week}, lifetime]}
  campaigns:     {measure: campaigns, window: [{calendar: month}, lifetime]}
  reach:         {ratio: [customers, visitors], window: [{calendar: month}, lifetime]}
north_star: {metric: repeats}
"""


def moment(chance: random.Random) -> str:
    """Of the first half of 2025."""
    return (datetime(2025, 1, 1, tzinfo=UTC) + timedelta(milliseconds=chance.randrange(200 * 86_400_000))).isoformat()


def shop(number: int) -> list[bytes]:
    """Orders of three hundred users of forty accounts, in no order, some without account or referrer."""
    chance = random.Random(number)
    events = []
    for n in range(number):
        one: dict[str, object] = {"event_id": f"e{n}", "event": "order", "user_id": f"u{chance.randrange(300)}"}
        one |= {"time": moment(chance), "amount": chance.randrange(60)}
        one |= {"account_id": f"a{chance.randrange(40)}"} if chance.random() < 0.9 else {}
        one |= {"referrer": f"r{chance.randrange(90)}"} if chance.random() < 0.5 else {}
        one["items"] = [{"sku": chance.choice("klmno"), "qty": chance.randrange(3)} for _ in range(chance.randrange(3))]
        events.append(json.dumps(one).encode())
    return events


def web(number: int) -> list[bytes]:
    """Visits, which say things elsewhere."""
    chance = random.Random(-number)
    return [
        json.dumps(
            {
                "event_id": f"v{n}",
                "event": "visit",
                "at": moment(chance),
                "data": {"visitor": f"x{chance.randrange(200)}", "campaign": f"c{chance.randrange(25)}"},
            }
        ).encode()
        for n in range(number)
    ]


@pytest.fixture
def company(new_road: MakeRoad, kafka: KafkaServer, redis_server: RedisServer, redis: Redis) -> Road:
    road = new_road(kafka, redis_server, TEXT)
    kafka.create_topic(f"{road.topic}-web")
    return road


def test_kills_between_two_stages_change_no_number_and_nothing_is_counted_twice(company: Road) -> None:
    road, chance = company, random.Random(1)
    orders, visits = shop(6_000), web(1_500)
    sent = orders + orders[::5]
    chance.shuffle(sent)
    with Publisher(road.kafka.bootstrap, road.plan.sources[f"{road.topic}-web"].source) as publisher:
        publish_lines(visits, publisher, None)
    pair = [road.start(), road.start()]
    with busy(road, sent, 500):
        for _ in range(KILLS):
            road.until_work()
            chance.choice(pair).process.kill()
            pair = [worker if worker.process.exit_code() is None else road.start() for worker in pair]
    until_all_is_read(road)
    snapshots = all_snapshots(road)
    totals = [one.totals for (topic, _), one in snapshots.items() if topic == road.topic]
    assert sum(one["counted"] for one in totals) == len(orders)
    assert {topic for topic, _ in snapshots} == {*road.plan.sources, *road.plan.stages}
    assert len(road.plan.stages) == 3
    readings = Readings(road.plan, Cells.of(snapshots.values()), AsOf(0, 0))
    reference = Reference(road.plan.definition)
    reference.load("shop", orders)
    reference.load("web", visits)
    days, wrong = reference.days(), []
    for metric in road.plan.definition.metrics.values():
        for window in metric.windows:
            for at, right in zip(days, reference.metric(metric.name, window, days), strict=True):
                one = readings.running(metric.name, window, at)
                if Value(one.numerator, one.denominator) != right:
                    wrong.append(
                        f"{metric.name} {window.label} at {at}: {one.numerator}/{one.denominator}, not {right}"
                    )
    assert wrong[:5] == []
    ours, theirs = late_cells(road)
    assert ours == theirs
    assert len(ours) > 1000
    for stage in road.plan.stages:
        floors = [one.standing.floor for (topic, _), one in snapshots.items() if topic == stage]
        assert len(floors) == INTERNAL_PARTITIONS


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
