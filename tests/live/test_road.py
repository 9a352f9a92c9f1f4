"""Real purchases go the whole road shuffled, while workers are killed and frozen; then every number is asked."""

import random
import time
from collections.abc import Callable

import pytest

from tests.live.journeys import arrived, definition_of, set_of
from tests.live.road import MakeRoad, Road, busy, freeze
from tests.verified.road import PURCHASES, Done, Journey
from tests.verified.ways import lines_of

KILLS = 10
FROZEN_S = 4.0
"""Twice the session time-out."""
RATES = {"CDNOW": 3_000, "Online Retail": 700}


class Chaos:
    """Workers that die again and again while events come in, and one that is frozen for a while."""

    def __init__(self, road: Road, workers: int, chance: random.Random) -> None:
        self.road, self.chance, self.killed, self.frozen = road, chance, 0, 0
        self.running = [road.start() for _ in range(workers)]

    def run(self, lines: list[bytes], rate: float) -> None:
        """Returns when all is published and the last kill is past."""
        with busy(self.road, lines, rate):
            for number in range(KILLS):
                self._work_is_under_way()
                if number == KILLS // 2:
                    freeze(self.chance.choice(self.running).process, FROZEN_S)
                    self.frozen += 1
                    self._work_is_under_way()
                self._kill(self.chance.randrange(len(self.running)))

    def _work_is_under_way(self) -> None:
        self.road.until_work()
        time.sleep(self.chance.random())

    def _kill(self, place: int) -> None:
        process = self.running[place].process
        assert process.exit_code() is None, f"ended by itself:\n{process.last_lines()}"
        process.kill()
        self.killed += 1
        self.running[place] = self.road.start()


@pytest.mark.parametrize("journey", PURCHASES, ids=str)
def test_what_was_counted_under_kills_equals_sql_and_one_fold_cell_by_cell(
    journey: Journey, make_road: MakeRoad, tell: Callable[[Done], None]
) -> None:
    data, chance = set_of(journey), random.Random(f"{journey.data} 1")
    if not data.events.exists():
        pytest.skip(f"{data.events.name} is not beside this checkout (../shared/data): not compared")
    # under a horizon that covers the shuffle
    text = definition_of(data).replace("lateness: 7d", "lateness: 800d")
    road = make_road(text, journey.partitions)
    lines = lines_of(data.events)
    sent = lines + lines[::10]
    chance.shuffle(sent)
    chaos = Chaos(road, journey.workers, chance)
    chaos.run(sent, RATES[journey.data])
    road.until_read()
    assert road.differences() == []
    tell(arrived(road, journey, (sent, lines), (chaos.killed, chaos.frozen)))
