"""A company with all that rules tell apart: owners, a split north star, targets, guardrails, objectives, days."""

from datetime import date

import msgspec

from schemas.definition.model import Calendar, Definition, Metric, Plain, Ratio, RollingDays, RollingSpan, Unit
from schemas.definition.steering import (
    Change,
    CompanyCalendar,
    Department,
    Guardrail,
    Holiday,
    KeyResult,
    NorthStar,
    Objective,
    Target,
)
from tests.services.provisioner.example import shop

HOURLY = "orders_an_hour"
GUARDED = "refund_ratio"
AIMED = "new_customers"
OBJECTIVE = 'More "new" customers'
RESULT = "new_customers +15%"
SINCE, BY = date(1970, 1, 1), date(1970, 12, 31)
"""The clock of promtool starts on the first of these."""


def company(**changes: object) -> Definition:
    """Its north star is orders of the last hour, split by city; ``changes`` are those of the north star."""
    definition = shop()
    star = NorthStar(
        metric=HOURLY,
        target=1500,
        base=1000,
        since=SINCE,
        by=BY,
        owner="Ada",
        runbook="https://wiki.example.com/orders",
        inputs=(AIMED,),
    )
    return msgspec.structs.replace(
        definition,
        metrics={
            **definition.metrics,
            "weekly_orders": Metric(name="weekly_orders", value=Plain("orders"), windows=(Calendar(Unit.WEEK),)),
            "monthly_orders": Metric(name="monthly_orders", value=Plain("orders"), windows=(Calendar(Unit.MONTH),)),
            "orders_in_a_week": Metric(name="orders_in_a_week", value=Plain("orders"), windows=(RollingDays(7),)),
            "refunds_an_hour": Metric(
                name="refunds_an_hour", value=Ratio("refunds", "orders"), windows=(RollingSpan(3_600_000),)
            ),
        },
        north_star=msgspec.structs.replace(star, **changes),
        targets={AIMED: Target(metric=AIMED, target=400, base=200, since=SINCE, by=BY, owner="growth team")},
        guardrails=(
            Guardrail(metric=GUARDED, max=0.03, owner="Grace", runbook="wiki/refunds"),
            Guardrail(metric="refunds_an_hour", max=0.1),
        ),
        departments={"marketing": Department(metrics=(AIMED, "average_order_value"), owner="marketing")},
        okrs=(
            Objective(
                name=OBJECTIVE,
                owner="growth team",
                key_results=(
                    KeyResult(name=RESULT, metric=AIMED, aim=Change(15), base=200, since=SINCE, by=BY, owner="Edsger"),
                ),
            ),
        ),
    )


def on_holiday(*days: date) -> Definition:
    """The same company, which has declared these days."""
    calendar = CompanyCalendar(holidays=tuple(Holiday(date=day, name="Bank holiday") for day in days))
    return msgspec.structs.replace(company(), calendar=calendar)
