"""Many try it, some stay and listen more and more; a web player plays for guests too."""

from zoneinfo import ZoneInfo

from tests.samples.log import Log
from tests.samples.people import LEISURE, Town, people, skewed, visits

ZONE = ZoneInfo("Europe/Stockholm")
TOWN = Town("u", old=170, new=430, stays=35, a_week=2.4, hours=(7, 8, 12, 17, 18, 20, 21))


def happen(log: Log) -> None:
    rng = log.rng
    for person in people(rng, TOWN):
        device = rng.choice(("phone", "phone", "phone", "desktop", "speaker", "car"))
        for at in visits(rng, person, LEISURE, ZONE):
            user = None if rng.random() < 0.03 else person.id
            if rng.random() < 0.02:
                log.add("playback_failed", at, user_id=user, device=device)
                continue
            seconds = int(skewed(rng, 1500, 14_400))
            skips = rng.randrange(4) if rng.random() < 0.4 else 0
            log.add("listening_ended", at, user_id=user, seconds=seconds, skips=skips, device=device)
