"""Young: sellers list, buyers come for a first deal and few have had time for a second one."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.samples.log import Log
from tests.samples.people import EVERY_DAY, LEISURE, Town, moment, people, skewed, visits

ZONE = ZoneInfo("Europe/Lisbon")
BUYERS = Town("b", old=40, new=900, stays=40, a_week=0.5, hours=(8, 12, 13, 19, 20, 21, 22))
SELLERS = Town("s", old=30, new=160, stays=60, a_week=1.2, hours=(10, 11, 16, 20))
CHANNELS = ("search", "friends", "ads", "search", None, "friends", "press", "search", "friends")
"""Where buyers come from; some do not say."""
CATEGORIES = ("bicycles", "furniture", "books", "toys", "cameras")


def happen(log: Log) -> None:
    rng = log.rng
    sellers = people(rng, SELLERS)
    for seller in sellers:
        for at in visits(rng, seller, EVERY_DAY, ZONE):
            log.add("listing_published", at, seller_id=seller.id, category=rng.choice(CATEGORIES))
    for buyer in people(rng, BUYERS):
        channel = CHANNELS[int(buyer.id.removeprefix("b")) * 7 % len(CHANNELS)]
        log.add("signed_up", moment(rng, buyer.first_day, 9, ZONE), user_id=buyer.id, channel=channel)
        if rng.random() < 0.2:
            continue  # looked, and left
        for at in visits(rng, buyer, LEISURE, ZONE):
            seller = rng.choice(sellers[: 20 + buyer.first_day])  # those who came first and some of the later ones
            user = None if rng.random() < 0.02 else buyer.id
            deal = {"user_id": user, "seller_id": seller.id, "category": rng.choice(CATEGORIES)}
            amount = round(skewed(rng, 35, 900), 2)
            log.add("transaction_completed", at, amount=amount, **deal)
            if rng.random() < 0.04:
                log.add("transaction_refunded", at + timedelta(hours=rng.randrange(20, 150)), amount=-amount, **deal)
