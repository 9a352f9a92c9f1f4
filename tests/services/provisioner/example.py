"""A definition with everything that boards and rules tell apart, built by hand."""

from datetime import date

import msgspec

from schemas.definition.model import (
    Calendar,
    Condition,
    Count,
    Definition,
    Dimension,
    Distinct,
    First,
    Lifetime,
    Metric,
    Plain,
    Ratio,
    Repeat,
    RollingDays,
    RollingSpan,
    Source,
    Sum,
    Unit,
    Window,
)
from schemas.definition.steering import Guardrail, NorthStar

ORDER = "order_completed"


def shop() -> Definition:
    """Repeat orders per customer over 28 days, with inputs, a guardrail and a split by city."""
    return Definition(
        company="Versvork",
        time_zone="Europe/Amsterdam",
        sources=(Source(name="shop", topic="product-events", keyed_by="user_id"),),
        dimensions={"city": Dimension(name="city", property="city")},
        measures={
            "orders": Count(
                name="orders", by_dimension=("city",), description="completed orders", source="shop", of=ORDER
            ),
            "revenue": Sum(name="revenue", property="amount", decimals=2, unit="EUR", source="shop", of=ORDER),
            "customers": Distinct(name="customers", entity=("user_id",), source="shop", of=ORDER),
            "first_orders": First(name="first_orders", entity=("user_id",), source="shop", of=ORDER),
            "repeat_orders": Repeat(name="repeat_orders", entity=("user_id",), source="shop", of=ORDER),
            "refunds": Count(name="refunds", source="shop", of="refunded", where=(Condition("amount", ">", 10),)),
        },
        metrics={
            "repeat_orders_per_customer": _metric(
                "repeat_orders_per_customer", Ratio("repeat_orders", "customers"), RollingDays(28)
            ),
            "orders_an_hour": _metric("orders_an_hour", Plain("orders"), RollingSpan(3_600_000)),
            "average_order_value": _metric("average_order_value", Ratio("revenue", "orders"), Calendar(Unit.DAY)),
            "new_customers": _metric("new_customers", Plain("first_orders"), Calendar(Unit.MONTH)),
            "repeat_share": _metric("repeat_share", Ratio("repeat_orders", "orders"), Lifetime()),
            "refund_ratio": _metric("refund_ratio", Ratio("refunds", "orders"), RollingDays(7)),
        },
        north_star=NorthStar(
            metric="repeat_orders_per_customer",
            target=1.8,
            by=date(2027, 6, 30),
            inputs=("orders_an_hour", "average_order_value", "new_customers", "repeat_share"),
        ),
        guardrails=(Guardrail(metric="refund_ratio", max=0.03), Guardrail(metric="average_order_value", min=20)),
    )


def _metric(name: str, value: Plain | Ratio, window: Window) -> Metric:
    return Metric(name=name, value=value, windows=(window,))


def starring(metric: str, **changes: object) -> Definition:
    """The shop with another north star."""
    definition = shop()
    star = msgspec.structs.replace(definition.north_star, **{"metric": metric, "inputs": (), **changes})
    return msgspec.structs.replace(definition, north_star=star)
