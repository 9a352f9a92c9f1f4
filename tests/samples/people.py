"""Customers with habits: when each came, how often each is there, at which hours, and when each was last seen."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

BEGIN = date(2026, 7, 27)
DAYS = 112
"""Sixteen weeks from a Monday: three whole months, and nights in which clocks are changed, north and south."""

EVERY_DAY = (1.0,) * 7
OFFICE = (1.2, 1.3, 1.3, 1.2, 1.0, 0.1, 0.05)
LEISURE = (0.8, 0.8, 0.9, 0.9, 1.2, 1.3, 1.1)


class Person(NamedTuple):
    """Days count from ``BEGIN``, both are days of the person; ``hour`` is when they mostly do what they do."""

    id: str
    first_day: int
    last_day: int
    a_week: float
    hour: int


class Town(NamedTuple):
    """How many were there at the beginning and how many came later, how long people stay and how busy the usual one is.

    ``stays`` is the mean number of days; ``hours`` are those at which things happen.
    """

    prefix: str
    old: int
    new: int
    stays: float
    a_week: float
    hours: tuple[int, ...]


def people(rng: random.Random, town: Town) -> list[Person]:
    """In order of their first day."""
    days = [rng.randrange(14) for _ in range(town.old)] + [rng.randrange(DAYS) for _ in range(town.new)]
    found = []
    for number, first in enumerate(sorted(days), 1):
        stay = 0
        while rng.random() > 1 / town.stays:
            stay += 1
        busy = town.a_week * (0.3 + 0.7 * rng.random() + (2 * rng.random() if rng.random() < 0.2 else 0))
        last = min(first + stay, DAYS - 1)
        found.append(Person(f"{town.prefix}{number:04}", first, last, busy, rng.choice(town.hours)))
    return found


def visits(rng: random.Random, person: Person, week: tuple[float, ...], zone: ZoneInfo) -> Iterator[datetime]:
    """Moments at which the person is there, one on the first day for certain; ``week`` weighs the days from Monday."""
    for day in range(person.first_day, person.last_day + 1):
        chance = person.a_week / 7 * week[day % 7]
        if day == person.first_day or rng.random() < chance:
            yield moment(rng, day, person.hour, zone)


def moment(rng: random.Random, day: int, hour: int, zone: ZoneInfo) -> datetime:
    """Around an hour of a local day, now and then at any hour of it, the one that comes twice included."""
    around = hour + rng.randrange(-1, 3) if rng.random() < 0.85 else rng.randrange(24)
    clock = time(max(0, min(23, around)), rng.randrange(60), rng.randrange(60), fold=rng.randrange(2))
    there = datetime.combine(BEGIN + timedelta(days=day), clock, zone)
    return datetime.fromtimestamp(there.timestamp(), zone)  # a time that the clocks leave out is moved out of the gap


def skewed(rng: random.Random, usual: float, most: float) -> float:
    """An amount as amounts are: many small ones, few large ones, none above the most."""
    return min(most, usual * (0.35 + 0.65 * rng.random()) / (0.15 + 0.85 * rng.random()))
