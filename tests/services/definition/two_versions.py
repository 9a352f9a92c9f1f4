"""A definition and what it becomes, as text, and events of a hundred days for both."""

import random
from collections.abc import Iterator

from tests.streams.folding import DAY, event

BEGIN = 1_740_000_000_000
EVENTS = 1200
END = BEGIN + EVENTS * DAY // 12
CITIES = ["Ede", "Epe", "Ens", "Elst", "Een"]
OLD = """\
company: Test
time_zone: Europe/Amsterdam
events: {topic: shop, keyed_by: user_id, lateness: 4d, dedupe: 1h}
dimensions: {city: {property: city, limit: 3}, side: {property: city, values: [Ede, Epe]}}
measures:
  orders:    {count: order, by_dimension: [city]}
  revenue:   {sum: order.amount, unit: EUR, decimals: 2}
  amounts:   {distribution: order.amount, unit: EUR, decimals: 2}
  customers: {distinct: user_id, of: order, by_dimension: [side]}
  firsts:    {first: order}
  visits:    {count: view}
  users:     {lifecycle: user_id, of: any}
  paid:      {net_retention: order.amount, unit: EUR, decimals: 2, by_dimension: [side]}
  bought:    {conversion: [view, order], within: 3d, by_dimension: [side]}
metrics:
  orders:    {measure: orders, window: [{calendar: day}, lifetime]}
  value:     {ratio: [revenue, orders], window: [{calendar: week}, lifetime]}
  median:    {quantile: 0.5, of: amounts, window: {calendar: week}}
  customers: {measure: customers, window: [{calendar: month}, {calendar: day}]}
  firsts:    {measure: firsts, window: [{calendar: day}, lifetime]}
  retained:  {measure: users.retained, window: {calendar: week}}
  kept:      {ratio: [paid.kept, paid.base], window: {calendar: week}}
  bought:    {measure: bought, window: {calendar: week}}
  visits:    {measure: visits, window: {calendar: day}}
north_star: {metric: value}
"""
NEW_MEASURES = """\
  big:        {count: order, where: amount > 50}
  regulars:   {distinct: user_id, of: order, at_least: 2}
  repeats_3d: {repeat: order, within: 3d}
  back:       {conversion: [order, view], within: 2d}
"""
NEW_METRICS = """\
  big:        {measure: big, window: [{calendar: day}, {rolling: 7d}]}
  regulars:   {measure: regulars, window: {rolling: 7d}}
  repeats_3d: {measure: repeats_3d, window: {calendar: day}}
  back:       {measure: back, window: {calendar: day}}
  last_week:  {measure: customers, window: {rolling: 7d}}
  share:      {ratio: [big, orders], window: {calendar: day}}
"""
NEW = (
    OLD.replace("metrics:\n", NEW_MEASURES + "metrics:\n")
    .replace("  visits:    {count: view}\n", "")
    .replace("  visits:    {measure: visits, window: {calendar: day}}\n", "")
    .replace("north_star:", NEW_METRICS + "north_star:")
)
BEGUN = {"big", "regulars", "repeats_3d", "back", "last_week", "share"}


def happenings(rng: random.Random, first: int, last: int) -> Iterator[dict[str, object]]:
    """Some of every hour of a hundred days, up to three days late, in the order of their arrival."""
    for n in range(first, last):
        t = BEGIN + n * DAY // 12 - rng.randrange(3 * DAY)
        type_ = rng.choice(["order", "order", "view"])
        yield event(f"e{n}", type_, f"u{rng.randrange(25)}", t, amount=rng.randrange(100), city=rng.choice(CITIES))
