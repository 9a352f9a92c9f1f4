"""Real purchases go the whole road shuffled, while workers are killed and frozen; then every number is asked."""

import gzip
import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from tests.live.road import ROOT, MakeRoad, Road, Worker, busy, freeze
from tests.reference.measures import Reference, Value
from tests.servers import KafkaServer, RedisServer

CDNOW = ROOT / "deploy/demo/cdnow.jsonl.gz"
ONLINE_RETAIL = ROOT.parent / "shared/data/online_retail.jsonl.gz"
KILLS = 10
FROZEN_S = 4.0
"""Twice the session time-out."""


def definition(name: str) -> str:
    """As it is deployed, under a horizon that covers the shuffle."""
    whole = (ROOT / f"deploy/definitions/{name}.yaml").read_text(encoding="utf-8")
    (topic,) = (line for line in whole.splitlines() if line.startswith("  topic: "))
    return whole.replace(topic, "  topic: TOPIC").replace("lateness: 7d", "lateness: 800d")


def shuffled(file: Path, chance: random.Random) -> list[bytes]:
    """Every tenth event twice, in no order."""
    with gzip.open(file) as lines:
        events = [line.strip() for line in lines]
    sent = events + events[::10]
    chance.shuffle(sent)
    return sent


class Chaos:
    """Two workers that die again and again while events come in."""

    def __init__(self, road: Road, chance: random.Random) -> None:
        self.road, self.chance, self.kills = road, chance, 0
        self.pair = [road.start(), road.start()]

    def run(self, lines: list[bytes], rate: float) -> None:
        """Returns when all is published and the last kill is past."""
        with busy(self.road, lines, rate):
            for number in range(KILLS):
                self._work_is_under_way()
                if number == KILLS // 2:
                    freeze(self.chance.choice(self.pair).process, FROZEN_S)
                    self._work_is_under_way()
                self._kill(self.chance.randrange(2))

    def _work_is_under_way(self) -> None:
        self.road.until_work()
        time.sleep(self.chance.random())

    def _kill(self, place: int) -> None:
        worker: Worker = self.pair[place]
        assert worker.process.exit_code() is None, f"ended by itself:\n{worker.process.last_lines()}"
        worker.process.kill()
        self.pair[place] = self.road.start()


def differences(road: Road, file: Path) -> list[str]:
    """Where a reading of the service is not what SQL says, for every metric, window and day."""
    reference = Reference(road.plan.definition)
    with gzip.open(file) as lines:
        reference.load(road.source.source.name, lines)
    readings, days, told = road.readings(), reference.days(), []
    for metric in road.plan.definition.metrics.values():
        for window, (at, right) in itertools.chain.from_iterable(
            zip(itertools.repeat(window), zip(days, reference.metric(metric.name, window, days), strict=True))
            for window in metric.windows
        ):
            one = readings.running(metric.name, window, at)
            if Value(one.numerator, one.denominator) != right:
                told.append(f"{metric.name} {window.label} at {at}: {one.numerator}/{one.denominator}, not {right}")
    return told


@pytest.fixture
def make(new_road: MakeRoad, kafka: KafkaServer, redis_server: RedisServer, redis: Redis) -> Callable[[str], Road]:
    """A road for one of the deployed definitions."""
    return lambda name: new_road(kafka, redis_server, definition(name))


@pytest.mark.parametrize(("name", "file", "rate"), [("cdnow", CDNOW, 2_000), ("online_retail", ONLINE_RETAIL, 700)])
def test_what_was_counted_under_kills_equals_sql_on_every_day_and_one_fold_cell_by_cell(
    name: str, file: Path, rate: float, make: Callable[[str], Road]
) -> None:
    if not file.exists():
        pytest.skip(f"{file.name} is not beside this checkout (../shared/data): not compared")
    road, chance = make(name), random.Random(f"{name} 1")
    lines = shuffled(file, chance)
    Chaos(road, chance).run(lines, rate)
    road.until_read()
    assert road.differences() == []
    totals = [snapshot.totals for snapshot in road.snapshots().values()]
    assert sum(one["counted"] for one in totals) == len(set(lines))
    assert sum(one["duplicate"] for one in totals) == len(lines) - len(set(lines))
    assert differences(road, file)[:5] == []
