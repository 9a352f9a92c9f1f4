"""Every kind of measure at once on the whole road: events as late as they may be, every tenth twice, workers killed
again and again, over one partition and several, by one worker and three; then every number is asked.
"""

import random
from collections.abc import Iterator

import pytest
from redis import Redis

from schemas.definition.model import Calendar, Unit
from streams.cells import Cells
from streams.readings import AsOf, Readings
from tests.live.road import MakeRoad, Road, busy
from tests.live.stages import all_snapshots, until_all_is_read
from tests.reference.measures import Reference
from tests.samples.library import FOLDER
from tests.servers import KafkaServer, RedisServer
from tests.verified.ways import arrivals, lines_of

KILLS = 4
RATE = 250
BUSINESS = FOLDER / "marketplace"
DIMENSIONS = "  goods: {property: category, limit: 3, values: [books, toys]}\n"
MEASURES = """\
  amounts:     {distribution: transaction_completed.amount, unit: EUR, decimals: 2, by_dimension: goods}
  regulars:    {distinct: user_id, of: transaction_completed, at_least: 2}
  active:      {lifecycle: user_id, of: transaction_completed}
  spent:       {net_retention: transaction_completed.amount, unit: EUR, decimals: 2}
  sold:        {net_retention: transaction_completed.amount, by: seller_id, unit: EUR, decimals: 2}
  goods_buyers: {distinct: user_id, of: transaction_completed, by_dimension: [goods]}
  book_buyers: {distinct: user_id, of: transaction_completed, where: category = books}
"""
KINDS = {
    *("count", "sum", "distribution", "distinct", "first", "repeat", "lifecycle", "net_retention", "conversion"),
}
METRICS = """\
  median: {quantile: 0.5, of: amounts, window: [{calendar: month}, {rolling: 28d}]}
  regulars: {measure: regulars, window: [{calendar: month}, {rolling: 28d}, lifetime]}
  coming_back:
    formula: "active.retained / (active.retained + active.dormant)"
    window: [{calendar: week}, {calendar: month}]
  resurrected: {measure: active.resurrected, window: {calendar: week}}
  spent_again: {ratio: [spent.kept, spent.base], window: [{calendar: month}, {calendar: week}]}
  sold_again: {ratio: [sold.kept, sold.base], window: [{calendar: month}, {calendar: week}]}
  goods_buyers: {measure: goods_buyers, window: {calendar: month}}
  book_buyers: {measure: book_buyers, window: {calendar: month}}
"""


def definition() -> str:
    """The marketplace's, with the kinds that it has no use for."""
    text = (BUSINESS / "nsm.yaml").read_text(encoding="utf-8").replace("topic: product-events", "topic: TOPIC")
    for section, more in (("dimensions:\n", DIMENSIONS), ("measures:\n", MEASURES), ("metrics:\n", METRICS)):
        head, found, rest = text.partition(f"\n{section}")
        assert found, section
        text = head + found + more + rest
    return text


@pytest.fixture(params=[(1, 1), (3, 3), (8, 1), (8, 3)], ids=lambda one: f"{one[0]} partitions, {one[1]} workers")
def way(
    request: pytest.FixtureRequest, new_road: MakeRoad, kafka: KafkaServer, redis_server: RedisServer, redis: Redis
) -> tuple[Road, int]:
    partitions, workers = request.param
    return new_road(kafka, redis_server, definition(), partitions), workers


def killed(road: Road, workers: int, chance: random.Random) -> None:
    """Workers that die again and again while there is work."""
    running = [road.start() for _ in range(workers)]
    for _ in range(KILLS):
        road.until_work()
        place = chance.randrange(workers)
        running[place].process.kill()
        running[place] = road.start()


def wrong(reference: Reference, readings: Readings, days: list[int]) -> Iterator[str]:
    """Where a reading of the service is not what SQL says."""
    for metric in reference.definition.metrics.values():
        for window in metric.windows:
            rights = reference.metric(metric.name, window, days, days[-1])
            for at, right in zip(days, rights, strict=True):
                ours = readings.running(metric.name, window, at).value
                if ours != (right and right.exact):
                    yield f"{metric.name} {window.label} at {at}: {ours}, not {right}"


def wrong_segments(reference: Reference, readings: Readings, days: list[int]) -> Iterator[str]:
    """Where the median of what was paid for some goods is not what SQL says."""
    for window in reference.definition.metrics["median"].windows:
        for at, right in zip(days, reference.spread("median", "goods", window, days), strict=True):
            ours = {one.segment: one.value for one in readings.segments("median", window, at)}
            if ours != right:
                yield f"median {window.label} at {at}: {ours}, not {right}"


def test_every_kind_equals_sql_after_kills_over_any_partitions_and_workers(way: tuple[Road, int]) -> None:
    road, workers = way
    assert {one.__struct_config__.tag for one in road.plan.definition.measures.values()} == KINDS
    lines, chance = lines_of(BUSINESS / "events.jsonl.gz"), random.Random(1)
    sent = [line for _, line in sorted(arrivals(road.source.source, lines, chance))]
    with busy(road, sent, RATE):
        killed(road, workers, chance)
    until_all_is_read(road)
    snapshots = all_snapshots(road)
    totals = [one.totals for (topic, _), one in snapshots.items() if topic == road.topic]
    assert sum(one["counted"] for one in totals) == len(set(lines))
    assert sum(one["duplicate"] for one in totals) == len(sent) - len(set(lines))
    reference = Reference(road.plan.definition)
    reference.load(road.source.source.name, lines)
    days = reference.days()
    readings = Readings(road.plan, Cells.of(snapshots.values()), AsOf(days[-1], days[-1]))
    assert list(wrong(reference, readings, days))[:5] == []
    assert list(wrong_segments(reference, readings, days))[:5] == []
    month, before = Calendar(Unit.MONTH), days[-30]
    segments = {one.segment: one.value for one in readings.segments("goods_buyers", month, before)}
    assert segments["books"] == readings.running("book_buyers", month, before).value
    assert (segments["books"] or 0) > 10
