"""Every kind of measure at once on the whole road, of one business after another: events as late as they may be,
every tenth twice, workers killed again and again, over one partition and several, by one worker and three; then every
number is asked.
"""

import random
from collections.abc import Callable

import pytest

from tests.live.journeys import arrived, definition_of, set_of
from tests.live.road import MakeRoad, Road, busy
from tests.verified.kinds import SEEN
from tests.verified.road import MADE_UP, Done, Journey
from tests.verified.ways import arrivals, lines_of

KILLS = 4
RATE = 250
EARNED = "  earned: {{net_retention: {event}.{amount}, by: {by}, {amount_in}}}\n"
EARNED_AGAIN = "  earned_again: {ratio: [earned.kept, earned.base], window: [{calendar: month}, {calendar: week}]}\n"
SELLERS = {"marketplace": "seller_id"}
KINDS = {
    *("count", "sum", "distribution", "distinct", "first", "repeat", "lifecycle", "net_retention", "conversion"),
}


def definition(journey: Journey) -> str:
    """And what those come to whom the topic is not keyed by: sellers, else kinds."""
    text, seen = definition_of(set_of(journey)), SEEN[journey.data]
    earned = EARNED.format_map(seen._asdict() | {"by": SELLERS.get(journey.data, seen.cut)})
    return text.replace("measures:\n", f"measures:\n{earned}").replace("metrics:\n", f"metrics:\n{EARNED_AGAIN}")


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
