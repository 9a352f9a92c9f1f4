"""An insurer for bicycles and pets: premiums every month, claims now and then, and some who leave."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.samples.log import Log
from tests.samples.people import BEGIN, DAYS, Person, Town, people, skewed

ZONE = ZoneInfo("Europe/Madrid")
TOWN = Town("k", old=620, new=200, stays=260, a_week=1, hours=(9, 10, 12, 17, 19))
PREMIUMS = {"bicycle": 11.9, "pet": 24.5, "home": 38.0}


def happen(log: Log) -> None:
    rng = log.rng
    for customer in people(rng, TOWN):
        product = rng.choice(("bicycle", "bicycle", "pet", "home"))
        _pays(log, customer, product)
        if rng.random() < 0.25:
            at = _at(log, rng.randrange(customer.first_day, customer.last_day + 1), customer.hour)
            cost = -round(skewed(rng, 60, 1500), 2)
            log.add("claim_paid", at, user_id=customer.id, product=product, amount=cost)
        if customer.last_day < DAYS - 1:
            reason = rng.choice(("moved", "price", "price", "service"))
            log.add("contract_ended", _at(log, customer.last_day, 16), user_id=customer.id, reason=reason)


def _pays(log: Log, customer: Person, product: str) -> None:
    rng = log.rng
    policies = rng.choice((1, 1, 1, 2))
    for day in range(customer.first_day, customer.last_day + 1, 30):
        amount = round(PREMIUMS[product] * policies, 2)
        log.add("premium_paid", _at(log, day, customer.hour), user_id=customer.id, product=product, amount=amount)
        if rng.random() < 0.02:  # taken twice, and given back
            log.add("premium_paid", _at(log, day + 1, 11), user_id=customer.id, product=product, amount=-amount)
        if rng.random() < 0.05:
            policies += 1
        if rng.random() < 0.12:
            topic = rng.choice(("question", "question", "complaint"))
            log.add("service_called", _at(log, day, 10), user_id=customer.id, topic=topic, minutes=rng.randrange(2, 25))
    if rng.random() < 0.05:
        log.add("service_called", _at(log, customer.first_day, 12), topic="question", minutes=rng.randrange(2, 9))


def _at(log: Log, day: int, hour: int) -> datetime:
    clock = time(hour, log.rng.randrange(60), log.rng.randrange(60))
    return datetime.combine(BEGIN + timedelta(days=day), clock, ZONE)
