"""A company whose accounts, referrers and campaigns are counted through a second stage: two topics of other keys and
formats, one flat with places of its own, the other CloudEvents in both modes; and what SQL says of it.
"""

import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from schemas.definition.model import Definition, FlatFormat
from schemas.events.publishing import ORIGIN, Event, Message, encode
from services.publisher.publisher import Publisher
from services.publisher.sending import send_all
from streams.cells import Cells
from streams.readings import AsOf, Readings
from streams.state.port import Snapshot
from tests.live.road import MakeRoad, Road
from tests.live.stages import all_snapshots, late_cells, until_all_is_read
from tests.reference.measures import Reference
from tests.reference.reckoning import Value
from tests.servers import KafkaServer, RedisServer

TEXT = """\
company: Test
time_zone: Europe/Amsterdam
events:
  - {name: shop, topic: TOPIC, keyed_by: user_id, format: {time: at}, lateness: 400d, dedupe: 1h}
  - {name: web, topic: TOPIC-web, keyed_by: visitor, format: cloudevents, lateness: 400d, dedupe: 1h}
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


class Sent(NamedTuple):
    """What was published of each topic, each event once."""

    orders: list[bytes]
    visits: list[Event]


def new_company(make: MakeRoad, kafka: KafkaServer, redis: RedisServer) -> Road:
    road = make(kafka, redis, TEXT)
    kafka.create_topic(web_topic(road))
    return road


def web_topic(road: Road) -> str:
    return f"{road.topic}-web"


def moment(chance: random.Random) -> datetime:
    """Of the first half of 2025."""
    return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(milliseconds=chance.randrange(200 * 86_400_000))


def shop(number: int) -> list[bytes]:
    """Orders of three hundred users of forty accounts, in no order, some without account or referrer."""
    chance = random.Random(number)
    events = []
    for n in range(number):
        one: dict[str, object] = {"event_id": f"e{n}", "event": "order", "user_id": f"u{chance.randrange(300)}"}
        one |= {"at": moment(chance).isoformat(), "amount": chance.randrange(60)}
        one |= {"account_id": f"a{chance.randrange(40)}"} if chance.random() < 0.9 else {}
        one |= {"referrer": f"r{chance.randrange(90)}"} if chance.random() < 0.5 else {}
        one["items"] = [{"sku": chance.choice("klmno"), "qty": chance.randrange(3)} for _ in range(chance.randrange(3))]
        events.append(json.dumps(one).encode())
    return events


def web(number: int) -> list[Event]:
    """Visits from twenty-five campaigns."""
    chance = random.Random(-number)
    return [
        Event(
            id=f"v{n}",
            type="visit",
            time=moment(chance),
            properties={"visitor": f"x{chance.randrange(200)}", "campaign": f"c{chance.randrange(25)}"},
        )
        for n in range(number)
    ]


def publish_visits(road: Road, visits: Iterable[Event]) -> int:
    """By turns in the structured and in the binary mode, every fifth a second time in the other one; gives how many."""
    source = road.plan.sources[web_topic(road)].source
    messages = list[Message]()
    for number, one in enumerate(visits):
        modes = [encode(one, source), _binary(one)]
        first = modes.pop(number % 2)
        messages += [first, *modes] if number % 5 == 0 else [first]
    with Publisher(road.kafka.bootstrap, source) as publisher:
        return send_all(messages, publisher).count


def _binary(visit: Event) -> Message:
    """Its attributes in headers."""
    attributes = {"specversion": "1.0", "id": visit.id, "source": ORIGIN, "type": visit.type}
    attributes["time"] = visit.time.isoformat()
    headers = tuple((f"ce_{name}", text.encode()) for name, text in attributes.items())
    data = json.dumps(visit.properties).encode()
    key = str(visit.properties["visitor"]).encode()
    return Message(key, data, (*headers, ("content-type", b"application/json")), visit.id)


def wrong(road: Road, sent: Sent) -> list[str]:
    """Once all is read, where a reading of the service is not what SQL says: every metric, window and day."""
    until_all_is_read(road)
    snapshots = all_snapshots(road)
    counts = {topic: _counted(snapshots, topic) for topic in road.plan.sources}
    told = {place: one.totals for place, one in snapshots.items() if place[0] in counts}
    assert counts == {road.topic: len(sent.orders), web_topic(road): len(sent.visits)}, told
    readings = Readings(road.plan, Cells.of(snapshots.values()), AsOf(0, 0))
    reference, found = _reference(road.plan.definition, sent), []
    days = reference.days()
    for metric in road.plan.definition.metrics.values():
        for window in metric.windows:
            for at, right in zip(days, reference.metric(metric.name, window, days), strict=True):
                one = readings.running(metric.name, window, at)
                if Value(one.numerator, one.denominator) != right:
                    found.append(
                        f"{metric.name} {window.label} at {at}: {one.numerator}/{one.denominator}, not {right}"
                    )
    ours, theirs = late_cells(road)
    assert ours == theirs
    return found


def _counted(snapshots: dict[tuple[str, int], Snapshot], topic: str) -> int:
    return sum(one.totals.get("counted", 0) for (name, _), one in snapshots.items() if name == topic)


def _reference(definition: Definition, sent: Sent) -> Reference:
    """SQL gets the flat lines of the visits: it knows no CloudEvents."""
    flat = tuple(
        msgspec.structs.replace(one, format=FlatFormat()) if one.name == "web" else one for one in definition.sources
    )
    reference = Reference(msgspec.structs.replace(definition, sources=flat))
    reference.load("shop", sent.orders)
    reference.load("web", map(_flat, sent.visits))
    return reference


def _flat(visit: Event) -> bytes:
    body = {"event_id": visit.id, "event": visit.type, "time": visit.time.isoformat(), **visit.properties}
    return json.dumps(body).encode()
