"""Definitions as text, for tests to break."""

GOOD = """\
company: Versvork
time_zone: Europe/Amsterdam
week_starts: monday
phase: scale-up
events:
  topic: product-events
  format: {id: event_id, type: event, time: ts, properties: properties, user_id: user_id}
  keyed_by: user_id
  lateness: 7d
  dedupe: 1h
  ahead: 30m
dimensions:
  city: {property: city, limit: 20, values: [Utrecht, no]}
measures:
  orders: {count: order_completed, by_dimension: [city], where: "country = NL", description: all of them}
  revenue: {sum: order_completed.value, unit: EUR}
  customers: {distinct: user_id, of: order_completed}
  active: {distinct: user_id}
  repeat_orders: {repeat: order_completed, by: user_id}
  reorders_60d: {repeat: order_completed, by: [user_id, items.sku], within: 60d, where: items.qty > 0}
  first_orders: {first: order_completed}
  hours: {sum: {of: com.shop.listened, property: hours}, unit: hours, decimals: 3}
metrics:
  repeat_orders_per_customer: {ratio: [repeat_orders, customers], window: {rolling: 28d}}
  average_order_value: {ratio: [revenue, orders], window: {calendar: day}}
  hours_per_active: {measure: hours, per: active, window: [{calendar: month}, lifetime]}
  orders: {measure: orders, window: [{rolling: 1h}, {rolling: 90m, grain: 1m}]}
  first_order_customers: {measure: first_orders, window: {calendar: month}}
north_star: {metric: repeat_orders_per_customer, target: 1.8, by: 2027-06-30, inputs: [average_order_value, orders]}
guardrails: [{metric: hours_per_active, min: 0.5, max: 3}]
"""

RICH = GOOD.replace(
    "north_star:",
    """\
  net_value: {formula: "(revenue - 0.10 * revenue) / orders", window: {calendar: month}}
  value_growth: {growth: {of: net_value, over: 2 periods}, window: [{calendar: month}, {rolling: 7d}]}
  share_of_two: {share: {of: orders, segment: {city: [Utrecht, none]}}, window: lifetime, unit: "%"}
  slow_delivery: {quantile: 0.95, of: delivery_minutes, window: {calendar: week}}
north_star:""",
).replace("metrics:", "  delivery_minutes: {distribution: order_delivered.minutes, unit: min, decimals: 0}\nmetrics:")
"""With arithmetic of every kind."""

STEERED = GOOD.replace(
    "north_star: {metric: repeat_orders_per_customer, target: 1.8, by: 2027-06-30,",
    "north_star: {metric: repeat_orders_per_customer, target: 1.8, by: 2027-06-30, owner: Board,",
).replace(
    "guardrails: [{metric: hours_per_active, min: 0.5, max: 3}]",
    """\
guardrails:
  - {metric: hours_per_active, min: 0.5, max: 3, owner: Lin, runbook: https://wiki.example.com/hours}
  - {metric: first_order_customers, max: 900}
targets:
  average_order_value:
    {target: 40, base: 31.5, from: 2026-01-01, by: 2026-12-31, owner: Grace, runbook: docs/average-order-value.md}
  hours_per_active:
    base: 3
    from: 2026-01-01
    better: lower
    path: [{by: 2026-06-30, value: 2}, {by: 2026-12-31, value: 1}]
departments: {shop: {metrics: [orders], owner: Shop}}
initiatives:
  - {name: New checkout, start: 2026-03-01, end: 2026-05-31, owner: Ada, expects: {metric: orders, change: +5%}}
  - {name: Fewer boxes, start: 2026-04-01, end: 2026-04-01}
calendar:
  holidays: [{date: 2026-12-25, name: Christmas}]
  campaigns:
    - {name: Black Friday, start: 2026-11-27, end: 2026-11-30}
    - {name: Black Friday, start: 2025-11-28, end: 2025-12-01}
okrs:
  - objective: Whoever bought once comes back
    owner: Ada
    key_results:
      - {metric: repeat_orders_per_customer, change: +15%, base: 1.2, from: 2026-01-01, by: 2026-12-31}
      - {metric: hours_per_active, reach: 1.5, base: 3, from: 2026-01-01, by: 2026-12-31, name: Half it, owner: Grace}
      - {metric: average_order_value, hold: 35, for: 4w, base: 31.5, from: 2026-01-01, by: 2026-12-31}""",
)
"""With all that a company can steer by."""


def with_line(number: int, text: str) -> str:
    """The good definition with another text in the place of one line, counted from 1."""
    lines = GOOD.splitlines()
    lines[number - 1] = text
    return "\n".join(lines) + "\n"


def without(*starts: str) -> str:
    """The good definition without the lines that begin so."""
    return "\n".join(line for line in GOOD.splitlines() if not line.startswith(starts)) + "\n"


def line_of(start: str) -> int:
    """The line that begins so, from 1."""
    return next(n for n, line in enumerate(GOOD.splitlines(), 1) if line.startswith(start))
