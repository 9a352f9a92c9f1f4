"""Every kind of measure at once on the whole road: events as late as they may be, every tenth twice, workers killed
again and again, over one partition and several, by one worker and three; then every number is asked.
"""

import random
from collections.abc import Callable

import pytest

from tests.live.journeys import arrived, definition_of, set_of
from tests.live.road import MakeRoad, Road, busy
from tests.verified.road import MADE_UP, Done, Journey
from tests.verified.ways import arrivals, lines_of

KILLS = 4
RATE = 250
SOLD = "  sold: {net_retention: transaction_completed.amount, by: seller_id, unit: EUR, decimals: 2}\n"
SOLD_AGAIN = "  sold_again: {ratio: [sold.kept, sold.base], window: [{calendar: month}, {calendar: week}]}\n"
KINDS = {
    *("count", "sum", "distribution", "distinct", "first", "repeat", "lifecycle", "net_retention", "conversion"),
}


def definition(journey: Journey) -> str:
    """And what sellers come to, whom the topic is not keyed by."""
    text = definition_of(set_of(journey))
    return text.replace("measures:\n", f"measures:\n{SOLD}").replace("metrics:\n", f"metrics:\n{SOLD_AGAIN}")


def killed(road: Road, workers: int, chance: random.Random) -> int:
    """Workers that die again and again while there is work: how often."""
    running, kills = [road.start() for _ in range(workers)], 0
    for _ in range(KILLS):
        road.until_work()
        place = chance.randrange(workers)
        running[place].process.kill()
        kills += 1
        running[place] = road.start()
    return kills


@pytest.mark.parametrize("journey", MADE_UP, ids=str)
def test_every_kind_equals_sql_after_kills_over_any_partitions_and_workers(
    journey: Journey, make_road: MakeRoad, tell: Callable[[Done], None]
) -> None:
    road = make_road(definition(journey), journey.partitions)
    assert {one.__struct_config__.tag for one in road.plan.definition.measures.values()} == KINDS
    lines, chance = lines_of(set_of(journey).events), random.Random(1)
    sent = [line for _, line in sorted(arrivals(road.source.source, lines, chance))]
    with busy(road, sent, RATE):
        kills = killed(road, journey.workers, chance)
    tell(arrived(road, journey, (sent, lines), (kills, 0)))
