"""What a metric rises and falls with, through every kind of arithmetic."""

import pytest

from schemas.advice.standing import metrics_under, raised_by, stands_on
from schemas.definition.loading import parse

TEXT = """
company: Shop
time_zone: Europe/Amsterdam
events: {topic: events, keyed_by: user_id}
dimensions:
  city: {property: city}
measures:
  orders: {count: order_completed, by_dimension: city}
  revenue: {sum: order_completed.amount, unit: EUR, decimals: 2}
  refunds: {sum: order_refunded.amount, unit: EUR, decimals: 2}
  minutes: {distribution: order_delivered.minutes}
  customers: {distinct: user_id, of: order_completed}
metrics:
  each: {ratio: [orders, customers], window: {calendar: month}}
  asked: {VALUE, window: {calendar: month}}
north_star: {metric: asked}
"""


@pytest.mark.parametrize(
    ("value", "rises", "falls"),
    [
        ("measure: orders", {"orders"}, set()),
        ("ratio: [revenue, customers]", {"revenue"}, {"customers"}),
        ('formula: "(revenue - refunds) / customers"', {"revenue"}, {"refunds", "customers"}),
        ('formula: "1 - -refunds * 2"', {"refunds"}, set()),
        ('formula: "revenue / (customers / orders)"', {"revenue", "orders"}, {"customers"}),
        ('formula: "0 - refunds"', set(), {"refunds"}),
        ("growth: {of: each}", {"orders"}, {"customers"}),
        ("quantile: 0.95, of: minutes", {"minutes"}, set()),
        ("share: {of: orders, segment: {city: Utrecht}}", {"orders"}, set()),
    ],
)
def test_a_metric_rises_with_what_is_added_or_above_the_line(value: str, rises: set[str], falls: set[str]) -> None:
    definition = parse(TEXT.replace("VALUE", value), "nsm.yaml")
    stands = list(stands_on(definition, "asked"))
    assert {one.measure.name for one in stands if one.above} == rises
    assert {measure.name for measure in raised_by(definition, "asked")} == rises
    assert {one.measure.name for one in stands if not one.above} == falls


def test_the_metrics_under_one_are_found_through_growths_and_formulas() -> None:
    text = TEXT.replace("VALUE", 'formula: "grown * 2"').replace(
        "  asked:", "  grown: {growth: {of: each}, window: {calendar: month}}\n  asked:"
    )
    assert metrics_under(parse(text, "nsm.yaml"), "asked") == {"asked", "grown", "each"}
