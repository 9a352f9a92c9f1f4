"""A definition whose users are remembered by where they came from, and what its segments mean."""

import random
from collections.abc import Iterable
from typing import Any

import msgspec

from schemas.definition import model, steering
from tests.streams.folding import DAY, HOUR, definition, event, plainly, shown
from tests.streams.parts import lives, paid
from tests.streams.split import segment_of

CHANNELS = ("friends", "ads")
SEGMENTS = (*CHANNELS, "other", "none")
SEEN: list[Any] = ["ads", "friends", "post", "tv", "none", "other", "", True, 2.5]
"""Values that events come with, beside none at all."""
WITHIN = 5 * DAY
SETTLED = ("channel", "vip")
START = 1_774_500_000_000
LATENESS = 3 * DAY

Event = dict[str, Any]


def settling(zone: str = "UTC", within_ms: int = WITHIN, **judged: int) -> model.Definition:
    """Each kind by the user's channel; some also by another dimension of the user, and by one of the event."""
    given = definition(zone, **judged)
    order: dict[str, Any] = {"source": "shop", "of": "order", "by_dimension": ("channel",)}
    user, pair = ("user_id",), ("user_id", "items.sku")
    some, big = (model.Condition("items.qty", ">", 0),), (model.Condition("amount", ">", 50),)
    parts = [*lives(user, **order), *paid(user, **order)]
    measures: list[model.Measure] = [
        model.Count(name="orders", **(order | {"by_dimension": ("channel", "city", "vip")})),
        model.Count(name="big_orders", where=big, **order),
        model.Sum(name="revenue", property="amount", decimals=2, **order),
        model.Distribution(
            name="amounts", property="amount", decimals=2, **(order | {"by_dimension": ("channel", "city", "vip")})
        ),
        model.Distinct(name="customers", entity=user, **order),
        model.Distinct(name="regulars", entity=user, at_least=2, **order),
        model.Distinct(name="actives", entity=user, source="shop", of=model.ANY, by_dimension=SETTLED),
        model.First(name="firsts", entity=user, **order),
        model.Repeat(name="repeats", entity=user, within_ms=3 * DAY, **order),
        model.Repeat(name="reorders", entity=pair, where=some, **order),
        *parts,
        model.Conversion(name="converted", to="order", entity=user, within_ms=3 * DAY, **(order | {"of": "view"})),
        model.Conversion(name="viewed_again", to="view", entity=pair, within_ms=7 * DAY, where=some, **order),
    ]
    values = plainly(measures) | {
        "orders_each": model.Ratio("orders", "customers"),
        "from_ads": model.Share("customers", "channel", ("ads",)),
        "net": model.Ratio("paid.kept", "paid.base"),
        "median": model.Quantile("amounts", "0.5"),
        "high": model.Quantile("amounts", "0.95"),
    }
    remembered: dict[str, Any] = {"settled": "user_id", "within_ms": within_ms}
    dimensions = (
        model.Dimension(name="channel", property="channel", values=CHANNELS, **remembered),
        model.Dimension(name="vip", property="vip", values=("true",), settled="user_id", within_ms=0),
        model.Dimension(name="city", property="city", limit=3),
    )
    return msgspec.structs.replace(
        given,
        north_star=steering.NorthStar(metric="orders_each"),
        dimensions={one.name: one for one in dimensions},
        measures={one.name: one for one in measures},
        metrics=shown(values, {"net", *plainly(parts)}),
    )


def with_segments(
    events: list[dict[str, Any]], dimension: model.Dimension, name: str = "segment"
) -> list[dict[str, Any]]:
    """The events, each saying the segment that its entity settles for; written from the words, over all at once."""
    mine: dict[Any, list[dict[str, Any]]] = {}
    for one in events:
        if (who := one.get(dimension.settled)) not in (None, ""):
            mine.setdefault(str(who), []).append(one)
    found = {who: _settled(theirs, dimension) for who, theirs in mine.items()}
    return [one | {name: found.get(str(one.get(dimension.settled)), "none")} for one in events]


def _settled(events: Iterable[dict[str, Any]], dimension: model.Dimension) -> str:
    listed = list(events)
    first = min(one["time"] for one in listed)
    order = [*sorted(dimension.values), "other"]
    carried = [(one["time"], segment_of(one, dimension.property, dimension.values)) for one in listed]
    in_time = [(t, order.index(one)) for t, one in carried if one != "none" and t <= first + dimension.within_ms]
    return order[min(in_time)[1]] if in_time else "none"


def late_log(rng: random.Random, size: int) -> list[Event]:
    """Each as late as it may be, over so long that most of its users are forgotten to have been open."""
    events, latest = [], START
    for number in range(size):
        t = latest - rng.choice([0, 0, 1, DAY, LATENESS // 2, LATENESS])
        carried = {"channel": rng.choice(SEEN)} if rng.random() < 0.4 else {}
        kind = rng.choice(["order", "order", "view"])
        properties: Event = {"amount": rng.choice([5, -5, 2.5]), "vip": rng.random() < 0.5, **carried}
        events.append(event(f"e{number}", kind, f"u{number // 15 - rng.choice([0, 0, 1])}", t, **properties))
        latest = max(latest, t + rng.choice([0, HOUR, DAY, DAY, 2 * DAY]))
        events.append(event(f"f{number}", "view", "clock", latest))
    return events
