"""Accounts that try, subscribe, grow, shrink and leave; the topic is keyed by account: the account is the customer."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.samples.log import Log
from tests.samples.people import BEGIN, OFFICE, Person, Town, people, visits

ZONE = ZoneInfo("America/New_York")
TOWN = Town("acc", old=230, new=420, stays=70, a_week=1.1, hours=(9, 10, 11, 14, 15, 16))
PLANS = {"solo": 19.0, "team": 79.0, "company": 349.0}


def happen(log: Log) -> None:
    rng = log.rng
    for account in people(rng, TOWN):
        plan = rng.choice(("solo", "solo", "solo", "team", "team", "company"))
        for at in visits(rng, account, OFFICE, ZONE):
            feature = rng.choice(("report", "report", "import", "share", "automation"))
            who = None if rng.random() < 0.02 else account.id  # the public demo has no account
            log.add("feature_used", at, account_id=who, feature=feature, plan=plan)
            if rng.random() < 0.03:
                severity = rng.choice(("low", "low", "low", "high"))
                log.add("ticket_opened", at + timedelta(minutes=7), account_id=account.id, severity=severity)
        if rng.random() < 0.6:
            _pays(log, account, plan)


def _pays(log: Log, account: Person, plan: str) -> None:
    """Every 30 days, who is new after a trial of 14; some take more seats, some fewer, a few get money back."""
    rng, seats = log.rng, log.rng.choice((1, 1, 1, 2, 3))
    first = account.first_day + 14 if account.first_day else rng.randrange(30)
    for day in range(first, account.last_day + 1, 30):
        at = datetime.combine(BEGIN + timedelta(days=day), time(6, rng.randrange(60)), ZONE)
        log.add("invoice_paid", at, account_id=account.id, amount=round(PLANS[plan] * seats, 2), plan=plan)
        if rng.random() < 0.04:
            log.add("invoice_paid", at + timedelta(hours=52), account_id=account.id, amount=-PLANS[plan], plan=plan)
        if rng.random() < 0.15:
            seats = max(1, seats + rng.choice((-1, 1, 1, 2)))
