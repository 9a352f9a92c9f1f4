"""A definition whose entities are counted by dimension, and what its segments mean."""

from collections.abc import Iterable
from typing import Any

import msgspec

from schemas.definition import model
from tests.streams.folding import DAY, definition, plainly, shown
from tests.streams.parts import lives, paid

CITIES = ("Goes", "Ede")
SEGMENTS = (*CITIES, "other", "none")
SEEN: list[Any] = ["Ede", "Goes", "Urk", "Epe", "none", "other", "", True, 2.5]
"""Values that events come with, beside none at all."""


def split(zone: str = "UTC", **judged: int) -> model.Definition:
    """Each kind by city, of users, pairs, and what the topic is not keyed by; a life; ratios of two sides."""
    given = definition(zone, **judged)
    order: dict[str, Any] = {"source": "shop", "of": "order", "by_dimension": ("city",)}
    user, some = ("user_id",), (model.Condition("items.qty", ">", 0),)
    parts = [*lives(user, **order), *paid(user, **order)]
    measures: list[model.Measure] = [
        model.Distinct(name="customers", entity=user, **order),
        model.Distinct(name="regulars", entity=user, at_least=2, **order),
        model.Distinct(name="actives", entity=user, source="shop", of=model.ANY, by_dimension=("vip", "city")),
        model.First(name="firsts", entity=user, **order),
        model.Repeat(name="repeats", entity=user, within_ms=3 * DAY, **order),
        model.Repeat(name="reorders", entity=("user_id", "items.sku"), where=some, **order),
        model.Distinct(name="accounts", entity=("account_id",), **order),
        model.Conversion(name="converted", to="order", entity=user, within_ms=3 * DAY, **(order | {"of": "view"})),
        model.Conversion(
            name="viewed_again", to="view", entity=("user_id", "items.sku"), within_ms=5 * DAY, where=some, **order
        ),
        model.Conversion(name="accounts_back", to="view", entity=("account_id",), within_ms=5 * DAY, **order),
        model.First(name="products", entity=("items.sku",), where=some, **order),
        *parts,
    ]
    values = plainly(measures) | {
        "orders_each": model.Ratio("orders", "customers"),
        "kept": model.Ratio("lives.retained", "lives.active"),
        "net": model.Ratio("paid.kept", "paid.base"),
        "unsplit": model.Ratio("big_orders", "customers"),
    }
    dimensions = (
        model.Dimension(name="city", property="city", limit=5, values=CITIES),
        model.Dimension(name="vip", property="vip", values=("true",)),
    )
    return msgspec.structs.replace(
        given,
        dimensions={one.name: one for one in dimensions},
        measures=given.measures | {one.name: one for one in measures},
        metrics=given.metrics | shown(values, {"kept", "net", *plainly(parts)}),
    )


def segment_of(event: dict[str, Any], name: str = "city", values: Iterable[str] = CITIES) -> str:
    """Which segment an event is in, as its words say."""
    value = event.get(name, "")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if text in values else "none" if text in ("", "none") else "other"
