"""Changes of a definition: those that change what is counted, and those that only say or show something otherwise."""

from collections.abc import Callable
from datetime import date

import msgspec

from schemas.definition import model, steering
from schemas.definition.model import Definition
from tests.streams.folding import DAY


def replaced(**changes: object) -> Callable[[Definition], Definition]:
    """The same definition with these fields changed."""
    return lambda one: msgspec.structs.replace(one, **changes)


def with_source(**changes: object) -> Callable[[Definition], Definition]:
    """With its source changed."""
    return lambda one: msgspec.structs.replace(one, sources=(msgspec.structs.replace(one.sources[0], **changes),))


def with_measure(name: str, **changes: object) -> Callable[[Definition], Definition]:
    """With one measure changed."""
    return lambda one: msgspec.structs.replace(
        one, measures=one.measures | {name: msgspec.structs.replace(one.measures[name], **changes)}
    )


def with_metric(name: str, **changes: object) -> Callable[[Definition], Definition]:
    """With one metric changed."""
    return lambda one: msgspec.structs.replace(
        one, metrics=one.metrics | {name: msgspec.structs.replace(one.metrics[name], **changes)}
    )


def where(*conditions: model.Condition) -> Callable[[Definition], Definition]:
    """With these conditions on two kinds of measure."""
    one, other = with_measure("orders", where=conditions), with_measure("firsts", where=conditions)
    return lambda definition: other(one(definition))


def reversed_file(one: Definition) -> Definition:
    """The same in another order."""
    return msgspec.structs.replace(
        one, measures=dict(reversed(one.measures.items())), metrics=dict(reversed(one.metrics.items()))
    )


MORE = steering.KeyResult(name="more", metric="m_orders", aim=steering.Hold(5, 28), base=3)
COUNTED_ALIKE = [
    replaced(company="Another"),
    replaced(north_star=steering.NorthStar(metric="m_orders", target=3)),
    replaced(guardrails=(steering.Guardrail(metric="m_orders", max=1),)),
    replaced(phase="mature"),
    replaced(departments={"shop": steering.Department(metrics=("m_orders",))}),
    replaced(targets={"m_orders": steering.Target(metric="m_orders", target=5)}),
    replaced(okrs=(steering.Objective(name="More", key_results=(MORE,)),)),
    replaced(initiatives=(steering.Initiative(name="More", start=date(2026, 1, 1), end=date(2026, 1, 2)),)),
    replaced(calendar=steering.CompanyCalendar(holidays=(steering.Holiday(date=date(2026, 1, 1), name="New Year"),))),
    replaced(silences=(model.Silence("no-guardrail", "we know"),)),
    with_source(supplied_by="another company"),
    with_measure("orders", description="said otherwise", unit="orders"),
    with_metric("m_orders", description="said otherwise"),
    replaced(dimensions={"city": model.Dimension(name="city", property="city", limit=9, values=("Ede",))}),
    reversed_file,
]
COUNTED_OTHERWISE = [
    replaced(time_zone="Asia/Kathmandu"),
    replaced(week_starts="sunday"),
    with_source(lateness_ms=DAY),
    with_source(dedupe_ms=0),
    with_source(ahead_ms=1),
    with_source(topic="another"),
    with_source(keyed_by="account_id"),
    with_source(format=model.CloudEventsFormat()),
    with_source(format=model.FlatFormat(time="ts")),
    with_measure("orders", of="view"),
    with_measure("orders", where=(model.Condition("city", "=", "Ede"),)),
    with_measure("orders", by_dimension=()),
    with_measure("revenue", decimals=3),
    with_measure("revenue", property="total"),
    with_measure("amounts", property="total"),
    with_measure("repeats_3d", within_ms=4 * DAY),
    with_measure("customers", at_least=2),
    with_measure("converted", to="visit"),
    with_measure("converted", within_ms=DAY),
    with_measure("regulars", at_least=3),
    with_metric("m_customers", windows=(model.RollingDays(5),)),
    replaced(dimensions={"city": model.Dimension(name="city", property="town")}),
]

IN_NL, PRO, MANY = (
    model.Condition("country", "=", "NL"),
    model.Condition("plan", "in", ("pro", "team", 1)),
    model.Condition("items.qty", ">", 1),
)
SAID_OTHERWISE = [
    (where(IN_NL, PRO, MANY), where(MANY, PRO, IN_NL, PRO)),
    (where(PRO), where(model.Condition("plan", "in", (1.0, "team", "pro", 1)))),
    (where(IN_NL), where(model.Condition("country", "in", ("NL",)))),
    (where(MANY), where(model.Condition("items.qty", ">", 1.0))),
]
SAID_APART = [
    (where(MANY), where(model.Condition("items.qty", ">", 1.5))),
    (where(model.Condition("big", "=", True)), where(model.Condition("big", "=", 1))),
    (where(model.Condition("big", "=", "1")), where(model.Condition("big", "=", 1))),
    (where(IN_NL, PRO), where(IN_NL)),
]
