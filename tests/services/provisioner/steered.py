"""The shop with everything that one can steer by."""

from datetime import date

import msgspec

from schemas.definition.model import Count, Definition, Sum
from schemas.definition.steering import (
    Change,
    Department,
    Expected,
    Hold,
    Initiative,
    KeyResult,
    Milestone,
    Objective,
    Reach,
    Target,
)
from tests.services.provisioner.example import shop

SINCE, BY = date(2026, 7, 1), date(2027, 6, 30)
TARGETS = {
    "new_customers": Target(
        metric="new_customers",
        target=500,
        base=300,
        since=SINCE,
        by=BY,
        path=(Milestone(by=date(2026, 12, 31), value=400), Milestone(by=BY, value=500)),
        owner="Grace",
    ),
    "refund_ratio": Target(
        metric="refund_ratio", target=0.01, base=0.02, since=SINCE, by=BY, better="lower", runbook="refunds.md"
    ),
}
"""One by milestones, one straight and towards less."""
DEPARTMENTS = {
    "marketing": Department(metrics=("new_customers", "repeat_orders_per_customer"), owner="Grace"),
    "logistics": Department(metrics=("orders_an_hour", "refund_ratio")),
}
OBJECTIVES = (
    Objective(
        name="Customers come back",
        owner="Ada",
        key_results=(
            KeyResult(
                name="15 % more repeat orders",
                metric="repeat_orders_per_customer",
                aim=Change(15),
                base=1.4,
                since=SINCE,
                by=BY,
            ),
            KeyResult(name="500 new customers", metric="new_customers", aim=Reach(500), base=300, since=SINCE, by=BY),
            KeyResult(
                name="refunds stay low",
                metric="refund_ratio",
                aim=Hold(0.01, 28),
                by=BY,
                better="lower",
                owner="Lin",
            ),
        ),
    ),
)
"""A key result of each form."""
INITIATIVES = (
    Initiative(
        name='One-page "checkout"',
        start=date(2026, 10, 1),
        end=date(2027, 1, 31),
        owner="Ada",
        expects=Expected(metric="new_customers", percent=5),
    ),
    Initiative(name="New kitchen", start=SINCE, end=BY),
)


def steered() -> Definition:
    """Straight and stepped targets, departments, every kind of key result, initiatives, an input split by city."""
    given = shop()
    star = msgspec.structs.replace(given.north_star, base=1.4, since=SINCE, by=BY, owner="Ada")
    revenue, orders = given.measures["revenue"], given.measures["orders"]
    assert isinstance(revenue, Sum)
    assert isinstance(orders, Count)
    measures = {
        **given.measures,
        "revenue": msgspec.structs.replace(revenue, by_dimension=("city",)),
        "refunds": msgspec.structs.replace(given.measures["refunds"], by_dimension=("city",)),
    }
    return msgspec.structs.replace(
        given,
        measures=measures,
        north_star=star,
        targets=TARGETS,
        departments=DEPARTMENTS,
        okrs=OBJECTIVES,
        initiatives=INITIATIVES,
    )
