"""Meals in the week, on the bicycle within the hour; a city that opened in September is slower than the others."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.samples.log import Log
from tests.samples.people import LEISURE, Person, Town, people, skewed, visits

ZONE = ZoneInfo("Europe/Amsterdam")
TOWN = Town("u", old=150, new=430, stays=45, a_week=0.8, hours=(11, 12, 17, 17, 18, 18, 19))
OPENED = 42


def happen(log: Log) -> None:
    rng = log.rng
    for customer in people(rng, TOWN):
        cities = (
            ("Utrecht", "Utrecht", "Amersfoort", "Zwolle")
            if customer.first_day >= OPENED
            else ("Utrecht", "Amersfoort")
        )
        city = rng.choice(cities)
        for at in visits(rng, customer, LEISURE, ZONE):
            _meal(log, at, customer, city)


def _meal(log: Log, at: datetime, customer: Person, city: str) -> None:
    rng = log.rng
    user = None if rng.random() < 0.04 else customer.id
    amount = round(skewed(rng, 24, 140), 2)
    log.add("order_completed", at, user_id=user, city=city, amount=amount)
    minutes = int(skewed(rng, 34 if city == "Zwolle" else 27, 140)) + 8
    promised = 60 if rng.random() < 0.5 else 45
    arrived = at + timedelta(minutes=minutes)
    log.add("order_delivered", arrived, user_id=user, city=city, minutes=minutes, on_time=minutes <= promised)
    if rng.random() < 0.025:
        log.add("order_refunded", arrived + timedelta(minutes=90), user_id=user, city=city, amount=-amount)
