"""Few clients, each known by name, asked after every milestone whether they would recommend us."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.samples.log import Log
from tests.samples.people import OFFICE, Town, people, visits

ZONE = ZoneInfo("Europe/Berlin")
TOWN = Town("client-", old=60, new=45, stays=130, a_week=3.2, hours=(9, 10, 11, 14, 15, 16))


def happen(log: Log) -> None:
    rng = log.rng
    for client in people(rng, TOWN):
        practice, mood = rng.choice(("strategy", "data", "data", "law")), rng.randrange(6, 10)
        for at in visits(rng, client, OFFICE, ZONE):
            hours = rng.choice((0.5, 1, 2, 4, 6, 7.5))
            log.add(
                "hours_worked", at, client_id=client.id, practice=practice, hours=hours, billable=rng.random() < 0.8
            )
            if rng.random() < 0.1:
                on_time = rng.random() < 0.85
                told = {"client_id": client.id, "practice": practice}
                log.add("milestone_delivered", at + timedelta(hours=2), on_time=on_time, **told)
                if rng.random() < 0.6:
                    score = max(0, min(10, mood + rng.choice((-1, 0, 0, 1, 1)) - (0 if on_time else 3)))
                    log.add("survey_answered", at + timedelta(hours=rng.randrange(3, 90)), score=score, **told)
                elif rng.random() < 0.1:
                    score = rng.randrange(4, 11)  # answered without saying for whom
                    log.add("survey_answered", at + timedelta(hours=50), score=score, practice=practice)
        if mood >= 8 and rng.random() < 0.5:
            log.add("client_referred", at, client_id=client.id, practice=practice)
