"""A definition whose amounts are spread by dimension, and what its segments mean."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import msgspec

from schemas.definition import model, steering
from tests.streams import meaning
from tests.streams.folding import definition

LIMIT = 3
DECLARED = ("Goes",)
PARTS = ("0.05", "0.5", "0.95", "1")
SEEN: list[Any] = ["Ede", "Goes", "Urk", "Ep|e", "||7", "none", "other", "", True, 2.5]
"""Values that events come with, beside none at all; some look like the names of cells."""


def spread(zone: str = "UTC", **judged: int) -> model.Definition:
    """Amounts by what each event carries, one of it in its items; quantiles of them in several windows."""
    given = definition(zone, **judged)
    order: dict[str, Any] = {"source": "shop", "of": "order", "property": "amount", "decimals": 2}
    windows = given.metrics["m_orders"].windows
    values: dict[str, model.Value] = {f"p{part}": model.Quantile("amounts", part) for part in PARTS}
    values["big_median"] = model.Quantile("big", "0.5")
    values["over_mean"] = model.Ratio("p0.5", "mean")
    values["mean"] = model.Ratio("revenue", "orders")
    measures: list[model.Measure] = [
        model.Distribution(name="amounts", by_dimension=("city", "sku"), **order),
        model.Distribution(name="big", by_dimension=("city",), where=(model.Condition("amount", ">", 0),), **order),
    ]
    dimensions = (
        model.Dimension(name="city", property="city", limit=LIMIT, values=DECLARED),
        model.Dimension(name="sku", property="items.sku", limit=2),
    )
    return msgspec.structs.replace(
        given,
        north_star=steering.NorthStar(metric="p0.5"),
        dimensions={one.name: one for one in dimensions},
        measures={name: given.measures[name] for name in ("orders", "revenue")} | {one.name: one for one in measures},
        metrics={name: model.Metric(name=name, value=value, windows=windows) for name, value in values.items()},
    )


def without_dimensions(given: model.Definition) -> model.Definition:
    """The same, of the whole alone."""
    bare = {name: msgspec.structs.replace(one, by_dimension=()) for name, one in given.measures.items()}
    return msgspec.structs.replace(given, measures=bare)


def value_of(event: dict[str, Any], dimension: str) -> str:
    """The raw value of an event as text; of its items the first one's."""
    if dimension == "sku":
        return next((str(item.get("sku", "")) for item in event.get("items", ())), "")
    value = event.get(dimension, "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def segments(
    events: Iterable[dict[str, Any]], dimension: model.Dimension, inside: Callable[[int], bool]
) -> dict[str, set[str]]:
    """Which segments are shown, in order, and the raw values in each; written from the words."""
    sizes: dict[str, int] = {}
    for one in events:
        if one["event"] == "order" and "amount" in one and inside(one["time"]):
            value = value_of(one, dimension.name)
            sizes[value] = sizes.get(value, 0) + 1
    own = sorted(sizes.keys() - {"", "none", "other", *dimension.values}, key=lambda one: (-sizes[one], one))
    own = [*dimension.values, *own]
    shown = {one: {one} for one in own[: dimension.limit]}
    other, none = {*own[dimension.limit :], *(sizes.keys() & {"other"})}, sizes.keys() & {"", "none"}
    return shown | ({"other": other} if other else {}) | ({"none": set(none)} if none else {})


def quantile(
    events: Iterable[dict[str, Any]], part: str, of: tuple[str, set[str]], inside: Callable[[int], bool]
) -> Fraction | None:
    """What is told of the nearest rank of the amounts of a segment, (dimension, raw values)."""
    dimension, raw = of
    alone = [one for one in events if one["event"] == "order" and value_of(one, dimension) in raw]
    return meaning.told(meaning.quantile(part, alone, inside, 2), 2)
