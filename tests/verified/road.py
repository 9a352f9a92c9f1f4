"""What went the real road under kills, and the part of the page that tells of it; each live test holds its own line."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import pytest

ON_THE_ROAD: Final = "On the real road"
TOLD: Final = "on the real road"
"""The property of a test's report that holds its line."""
WRITING: Final = pytest.StashKey[bool]()
"""Set where the page is written: what it says is not what is held then."""

HEAD: Final = f"""\
## {ON_THE_ROAD}

Written by `python -m tests.verified --road` out of what the live tests did
([real purchases](../tests/live/test_road.py), [made-up ones](../tests/live/test_every_kind.py)), each of which holds
its own line whenever it runs: events were published to a real Kafka, shuffled and every tenth of them twice, counted
into a real Redis by worker processes that were killed with no warning, or stopped for twice the session time-out, again
and again while they worked; then every metric and its segments were read back, of every kind, on the days that those
of the added kinds are read above, and compared with SQL.

| events | partitions | workers | killed | frozen | sent | counted | compared | differences |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


class Journey(NamedTuple):
    """A set of events, over so many partitions, counted by so many workers."""

    data: str
    partitions: int
    workers: int

    def __str__(self) -> str:
        return f"{self.data}, {self.partitions} partitions, {self.workers} workers"


PURCHASES: Final = (Journey("CDNOW", 3, 3), Journey("Online Retail", 8, 3))
MADE_UP: Final = (
    Journey("music-streaming", 8, 1),
    Journey("b2b-software", 3, 3),
    Journey("marketplace", 8, 3),
    Journey("fresh-food", 1, 3),
    Journey("e-learning", 3, 1),
    Journey("consultancy", 1, 1),
)
JOURNEYS: Final = (*PURCHASES, *MADE_UP)


class Done(NamedTuple):
    """What happened on a journey, and what was found at its end."""

    journey: Journey
    killed: int
    frozen: int
    sent: int
    counted: int
    compared: int
    differences: int

    @property
    def line(self) -> str:
        """Of the page."""
        return f"{begin(self.journey)}{' | '.join(f'{number:,}' for number in self[1:])} |"


def begin(journey: Journey) -> str:
    """How its line begins."""
    return f"| {' | '.join(map(str, journey))} | "


def road_part(lines: Iterable[str]) -> str:
    """The part of the page, of those journeys that there are lines of."""
    several = list(lines)
    of_each = (next((line for line in several if line.startswith(begin(one))), None) for one in JOURNEYS)
    return HEAD + "".join(f"{line}\n" for line in of_each if line is not None)
