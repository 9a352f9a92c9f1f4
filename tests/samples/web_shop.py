"""Things that are used up and bought again: coffee, soap, cat food.  Guests order without an account."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.samples.log import Log
from tests.samples.people import LEISURE, Town, people, visits

ZONE = ZoneInfo("Europe/London")
TOWN = Town("c", old=260, new=620, stays=75, a_week=0.42, hours=(8, 10, 12, 13, 17, 20, 21))
PRICES = {"coffee-1kg": 14.5, "tea-250g": 6.95, "soap-3": 5.4, "cat-food-4kg": 18.9, "filter-100": 3.15, "honey": 7.8}


def happen(log: Log) -> None:
    rng = log.rng
    for customer in people(rng, TOWN):
        usual = [sku for sku in PRICES if rng.random() < 0.4] or ["coffee-1kg"]
        country = rng.choice(("United Kingdom",) * 7 + ("Ireland", "France", "Netherlands"))
        for at in visits(rng, customer, LEISURE, ZONE):
            user = None if rng.random() < 0.1 else customer.id
            _order(log, at, (user, country), usual)


def _order(log: Log, at: datetime, who: tuple[str | None, str], usual: list[str]) -> None:
    rng, (user, country) = log.rng, who
    skus = [sku for sku in usual if rng.random() < 0.6] or usual[:1]
    if rng.random() < 0.25:
        skus.append(rng.choice(list(PRICES)))  # may name a product twice
    items = [{"sku": sku, "qty": rng.choice((1, 1, 1, 2, 2, 4))} for sku in skus]
    amount = round(sum(PRICES[sku] * int(one["qty"]) for sku, one in zip(skus, items, strict=True)), 2)
    log.add("order_completed", at, user_id=user, country=country, amount=amount, items=items)
    if rng.random() < 0.05:
        back = at + timedelta(hours=rng.randrange(48, 300))
        log.add("order_refunded", back, user_id=user, country=country, amount=-amount)
