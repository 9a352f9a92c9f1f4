"""W1's events, seeded: 50,000 users of whom few are busy, up to minutes out of order, 183 bytes of JSON each.

The first million is the one that all published comparisons were made with; the next ones go on in time with other ids.
"""

import hashlib
import random
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import date
from itertools import accumulate

from tests.benchmarks.exact import DAY_MS, FIRST_DAY, Facts

SEED = 20261122
USERS = 50_000
COUNTRIES = ("NL", "BE", "DE", "FR", "GB", "US", "ES", "IT", "PL", "SE", "PT", "DK")
START_MS = (date(2026, 3, 1).toordinal() - FIRST_DAY) * DAY_MS
SPAN_MS = 30 * DAY_MS
LATE_MS = 20_000
"""How late an event is in the mean."""

Keyed = tuple[bytes, bytes]
"""A message's key and value."""


class W1:
    """A stream of events; ``facts`` knows the exact answer to all that it has given so far."""

    def __init__(self, start_ms: int = START_MS, span_ms: int = SPAN_MS, name: str = "") -> None:
        """``span_ms`` is the time that each call of ``events`` covers; streams of different names share no id."""
        self.facts = Facts()
        self._random = random.Random(SEED)
        self._name, self._made = name, 0
        self._from_ms, self._span_ms, self._first_ms = start_ms, span_ms, start_ms
        self._shares = list(accumulate(1 / (user + 10) ** 0.8 for user in range(USERS)))
        self._countries = [self._random.choice(COUNTRIES) for _ in range(USERS)]
        self._keys = [b"u%06d" % user for user in range(USERS)]

    def events(self, number: int) -> Iterator[Keyed]:
        """The next events, spread over the next span of time."""
        rnd, shares, total = self._random, self._shares, self._shares[-1]
        begin, in_order, clock = self._made, self._made + number // 1000, _clock()
        for i in range(begin, begin + number):
            user = min(bisect(shares, rnd.random() * total), USERS - 1)
            t = self._from_ms + (i - begin) * self._span_ms // number
            if begin or i > in_order:
                t = max(t - int(rnd.expovariate(1 / LATE_MS)), self._first_ms)
            id_ = hashlib.md5(b"%s%d" % (self._name.encode(), i), usedforsecurity=False).hexdigest()
            type_, properties = self._happening(i, user, t)
            key = self._keys[user]
            yield (
                key,
                (
                    f'{{"event_id":"{id_}","event":"{type_}","user_id":"{key.decode()}","time":"{clock(t)}",'
                    f'"country":"{self._countries[user]}",{properties}}}'
                ).encode(),
            )
        self._made += number
        self._from_ms += self._span_ms

    def _happening(self, i: int, user: int, t: int) -> tuple[str, str]:
        """The type of the event and its own properties; the facts take note."""
        rnd, country = self._random, self._countries[user]
        kind = rnd.random()
        if kind < 0.25:
            cents = rnd.randint(100, 15_000)
            self.facts.ordered(user, country, t, cents)
            return "order_completed", f'"order_id":"o{i:07d}","amount":{cents / 100}'
        if kind < 0.65:
            tenths = rnd.randint(1, 600)
            self.facts.listened(user, t, tenths)
            return "listening_ended", f'"track_id":"t{rnd.randint(0, 99_999):05d}","minutes":{tenths / 10}'
        self.facts.viewed(user, country, t)
        page, referrer = rnd.randint(0, 9_999), rnd.randint(0, 999)
        return "page_viewed", f'"page":"/p/{page}","referrer":"https://example.org/{referrer}"'


def _clock() -> Callable[[int], str]:
    """Milliseconds as ISO 8601 in UTC; dates are remembered."""
    dates: dict[int, str] = {}

    def text(t: int) -> str:
        day, rest = divmod(t, DAY_MS)
        if day not in dates:
            dates[day] = date.fromordinal(day + FIRST_DAY).isoformat()
        seconds, ms = divmod(rest, 1000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return f"{dates[day]}T{hour:02d}:{minute:02d}:{second:02d}.{ms:03d}Z"

    return text
