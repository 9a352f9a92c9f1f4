"""The exact answer to W1, from the events as they were made and by nothing of the service under test.

An answer maps measure -> (piece, segment) -> number.  A piece is what the measure is read by: a 5-minute bucket since
1970, a day (``date.toordinal``), or a month (year * 12 + month - 1); the segment of the whole is empty.
"""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

Answer = dict[str, dict[tuple[int, str], int]]

DAY_MS = 86_400_000
BUCKET_MS = 300_000
WEEK_MS = 7 * DAY_MS
FIRST_DAY = date(1970, 1, 1).toordinal()
FIVE = ("orders", "revenue", "actives", "minutes", "first_orders", "repeat_orders")
"""What w1.yaml counts; orders and revenue are one measure of the five, in two numbers."""


class Facts:
    """What happened, in as few words as the answer can be told from."""

    def __init__(self) -> None:
        self.events = 0
        self.orders: dict[tuple[int, str], list[int]] = {}
        self.order_times: defaultdict[int, list[int]] = defaultdict(list)
        self.active: defaultdict[int, set[int]] = defaultdict(set)
        self.listening: defaultdict[int, set[int]] = defaultdict(set)
        self.tenths: Counter[int] = Counter()
        self.german_views: Counter[int] = Counter()
        self.benelux_cents: Counter[int] = Counter()

    def ordered(self, user: int, country: str, t: int, cents: int) -> None:
        """An order of a user."""
        self._seen(user, t)
        cell = self.orders.setdefault((t // BUCKET_MS, country), [0, 0])
        cell[0] += 1
        cell[1] += cents
        self.order_times[user].append(t)
        if country in ("NL", "BE", "LU"):
            self.benelux_cents[t // DAY_MS + FIRST_DAY] += cents

    def listened(self, user: int, t: int, tenths: int) -> None:
        """Some tenths of minutes of listening."""
        day = self._seen(user, t)
        self.tenths[day] += tenths
        self.listening[day].add(user)

    def viewed(self, user: int, country: str, t: int) -> None:
        """A page."""
        day = self._seen(user, t)
        if country == "DE":
            self.german_views[day] += 1

    def _seen(self, user: int, t: int) -> int:
        self.events += 1
        day = t // DAY_MS + FIRST_DAY
        self.active[day].add(user)
        return day

    def answer(self) -> Answer:
        """Of everything so far."""
        by_day: dict[str, dict[int, int]] = {
            "actives": {day: len(users) for day, users in self.active.items()},
            "minutes": self.tenths,
            "german_views": self.german_views,
            "benelux_revenue": self.benelux_cents,
            "listeners": self._weekly_listeners(),
            **self._by_customer(),
        }
        whole = {name: {(piece, ""): n for piece, n in numbers.items() if n} for name, numbers in by_day.items()}
        return whole | {"orders": self._by_bucket(0), "revenue": self._by_bucket(1)}

    def _by_bucket(self, place: int) -> dict[tuple[int, str], int]:
        found: Counter[tuple[int, str]] = Counter()
        for (bucket, country), numbers in self.orders.items():
            found[bucket, country] += numbers[place]
            found[bucket, ""] += numbers[place]
        return dict(found)

    def _weekly_listeners(self) -> dict[int, int]:
        """Of each day from the first to the last: who listened in the seven days that end with it."""
        days = range(min(self.active), max(self.active) + 1)
        return {day: len(set().union(*(self.listening.get(day - back, ()) for back in range(7)))) for day in days}

    def _by_customer(self) -> dict[str, dict[int, int]]:
        first, repeat, later, customers = Counter[int](), Counter[int](), Counter[int](), Counter[int]()
        for times in self.order_times.values():
            times.sort()
            first[times[0] // DAY_MS + FIRST_DAY] += 1
            months = {date.fromordinal(t // DAY_MS + FIRST_DAY).replace(day=1) for t in times}
            customers.update(month.year * 12 + month.month - 1 for month in months)
            for before, t in pairwise(times):
                day = t // DAY_MS + FIRST_DAY
                later[day] += 1
                repeat[day] += t - before <= WEEK_MS
        return {"first_orders": first, "repeat_orders": repeat, "later_orders": later, "customers": customers}
