"""A definition that no rule has anything to say about, for tests to change in one place."""

from schemas.advice.judging import Judgement, judge
from schemas.advice.observed import Observed
from schemas.definition.loading import parse_placed

SOUND = """\
company: Versvork
time_zone: Europe/Amsterdam
phase: scale-up
events:
- {name: shop, topic: shop, keyed_by: user_id}
- {name: carrier, topic: carrier, keyed_by: user_id}
dimensions:
  city: {property: city}
measures:
  orders: {count: order_completed, from: shop}
  revenue: {sum: order_completed.amount, unit: EUR, from: shop}
  repeat_revenue: {sum: order_again.amount, unit: EUR, from: shop}
  minutes: {sum: order_completed.minutes, unit: minutes, from: shop}
  customers: {distinct: user_id, of: order_completed, from: shop}
  active: {distinct: user_id, from: shop}
  first_orders: {first: order_completed, from: shop}
  repeat_orders: {repeat: order_completed, from: shop}
  reorders: {repeat: order_completed, by: [user_id, items.sku], from: shop}
  deliveries: {count: order_delivered, from: carrier}
metrics:
  star: {ratio: [repeat_orders, customers], window: {rolling: 28d}}
  new_customers: {measure: first_orders, window: {calendar: week}}
  order_value: {ratio: [revenue, orders], window: {calendar: day}}
  deliveries_per_order: {ratio: [deliveries, orders], window: {calendar: week}}
  orders: {measure: orders, window: [{calendar: week}, {calendar: day}]}
north_star: {metric: star, base: 1, from: 2026-07-01, target: 2, by: 2027-06-30, \
inputs: [new_customers, deliveries_per_order]}
departments:
  marketing: [new_customers]
  logistics: [deliveries_per_order]
guardrails: [{metric: order_value, min: 20}]
"""


def changed(*edits: tuple[str, str]) -> str:
    """The sound definition with each old text, which stands there once, replaced by a new one."""
    text = SOUND
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def judged(text: str, observed: Observed | None = None) -> Judgement:
    """All advice on a good definition."""
    return judge(parse_placed(text), observed)


def told(text: str, observed: Observed | None = None) -> list[tuple[str, int]]:
    """Rule and line of each finding."""
    return [(one.rule.id, one.place.line) for one in judged(text, observed).told]
