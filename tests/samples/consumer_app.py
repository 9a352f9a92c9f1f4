"""People open it for a moment many times a week or forget it; one release crashes more than the others."""

from zoneinfo import ZoneInfo

from tests.samples.log import Log
from tests.samples.people import EVERY_DAY, Town, people, skewed, visits

ZONE = ZoneInfo("America/Los_Angeles")
TOWN = Town("u", old=200, new=480, stays=38, a_week=2.2, hours=(7, 8, 12, 18, 21, 22))
RELEASES = ("3.1", "3.2", "3.3", "3.4")


def happen(log: Log) -> None:
    rng = log.rng
    for person in people(rng, TOWN):
        platform = rng.choice(("android", "android", "android", "ios", "ios", "web"))
        for at in visits(rng, person, EVERY_DAY, ZONE):
            version = RELEASES[min(3, at.month - 7)]
            user = None if rng.random() < 0.02 else person.id
            told = {"user_id": user, "platform": platform, "version": version}
            log.add("session_ended", at, seconds=int(skewed(rng, 90, 3600)) - 25, **told)
            if rng.random() < (0.03 if version == "3.3" else 0.006):
                log.add("app_crashed", at, **told)
            if rng.random() < 0.1:
                log.add("photo_shared", at, **told)
