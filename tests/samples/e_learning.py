"""Lessons in the evening, more of them after the holidays of July; the southern spring moves the clocks in October."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.samples.log import Log
from tests.samples.people import Town, people, skewed, visits

ZONE = ZoneInfo("Australia/Sydney")
WEEK = (1.3, 1.3, 1.2, 1.1, 0.6, 0.7, 0.9)
TOWN = Town("u", old=140, new=440, stays=42, a_week=1.4, hours=(7, 12, 18, 19, 20, 21))
COURSES = ("spanish", "spanish", "statistics", "bookkeeping", "drawing")


def happen(log: Log) -> None:
    rng = log.rng
    for learner in people(rng, TOWN):
        course = rng.choice(COURSES)
        for at in visits(rng, learner, WEEK, ZONE):
            user = None if rng.random() < 0.02 else learner.id  # the lesson that all may try
            minutes = round(skewed(rng, 21, 150), 1)
            log.add("lesson_studied", at, user_id=user, course=course, minutes=minutes)
            if rng.random() < 0.45:
                passed = rng.random() < 0.8
                log.add("test_taken", at + timedelta(minutes=minutes), user_id=user, course=course, passed=passed)
        if rng.random() < 0.03:
            log.add("course_refunded", at + timedelta(days=3), user_id=learner.id, course=course, amount=-49.0)
