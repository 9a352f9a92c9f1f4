"""Orders of more towns than are shown."""

import random

from tests.services.exporter.world import NOW, Event
from tests.streams.folding import DAY, event

TOWNS = ["Ede", "Urk", "Goes", "Elst", "Ens", "Een"]


def many_towns() -> list[Event]:
    """More than are shown, each at its height on another day; some orders are of nowhere."""
    rng = random.Random(5)
    return [
        event(f"t{n}", "order", f"u{n % 7}", at_ms, amount=rng.choice([3.5, -1, 20]), **where)
        for n in range(200)
        for at_ms in (NOW - rng.randrange(12 * DAY),)
        for town in (TOWNS[(at_ms // (2 * DAY) + rng.randrange(3)) % len(TOWNS)],)
        for where in ({"city": town} if rng.random() > 0.1 else {},)
    ]
