"""Kinds that the definitions of the real purchases do not use, over those purchases, beside their SQL."""

import gzip
import json
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.definition.loading import parse
from schemas.definition.model import Definition
from streams.plan import compile_plan
from tests.services.replay.replayed import CDNOW, ONLINE_RETAIL, ROOT, Replayed
from tests.streams.folding import DAY, fold_log, nonzero, raws, the_source

MEASURES = """\
  spread: {distribution: order_completed.value, unit: %(unit)s, decimals: %(decimals)s}
  regulars: {distinct: user_id, of: order_completed, at_least: 3}
  users: {lifecycle: user_id, of: order_completed}
  paid: {net_retention: order_completed.value, unit: %(unit)s, decimals: %(decimals)s}
"""
METRICS = """\
  median: {quantile: 0.5, of: spread, window: [{calendar: month}, {rolling: 28d}]}
  regulars_: {measure: regulars, window: [{calendar: month}, {rolling: 28d}, lifetime]}
  retention:
    formula: "users.retained / (users.retained + users.dormant)"
    window: [{calendar: week}, {calendar: month}]
  back: {measure: users.resurrected, window: [{calendar: month}, {calendar: quarter}]}
  net_retention: {ratio: [paid.kept, paid.base], window: [{calendar: day}, {calendar: month}, {calendar: quarter}]}
"""
CANCELLED = "  cancelled_30d: {conversion: [order_completed, order_cancelled], within: 30d}\n"
PART = """\
  part: {measure: cancelled_30d, per: orders, window: [{calendar: month}, {rolling: 28d}, {rolling: 12h}, lifetime]}
"""
NEW = ("median", "regulars_", "retention", "back", "net_retention", "part")


def with_kinds(name: str, unit: str, decimals: int, *, cancelled: bool) -> Definition:
    """The definition that is delivered, and these."""
    text = (ROOT / f"deploy/definitions/{name}.yaml").read_text(encoding="utf-8")
    measures = MEASURES % {"unit": unit, "decimals": decimals} + (CANCELLED if cancelled else "")
    text = text.replace("\nmetrics:\n", f"\n{measures}metrics:\n")
    return parse(text.replace("\nnorth_star:", f"\n{METRICS}{PART if cancelled else ''}north_star:"))


def retail() -> Definition:
    if not ONLINE_RETAIL.exists():
        pytest.skip(f"{ONLINE_RETAIL.name} is not beside this checkout (../shared/data): not compared")
    return with_kinds("online_retail", "GBP", 3, cancelled=True)


def compared(definition: Definition, file: Path) -> int:
    """How many windows of the new metrics were compared on every third day."""
    replayed, number = Replayed(definition, file), 0
    moments = replayed.reference.days()[::3]
    for metric, window in replayed.windows():
        if metric in NEW:
            ours = [replayed.readings.running(metric, window, at).value for at in moments]
            theirs = [one and one.exact for one in replayed.reference.metric(metric, window, moments)]
            assert ours == theirs, (metric, window)
            assert len(set(ours)) > 2, (metric, window)
            number += 1
    return number


def test_every_kind_equals_sql_over_cdnow_on_every_third_day() -> None:
    assert compared(with_kinds("cdnow", "USD", 2, cancelled=False), CDNOW) == 12


def test_every_kind_equals_sql_over_online_retail_on_every_third_day() -> None:
    assert compared(retail(), ONLINE_RETAIL) == 16


def test_real_purchases_as_late_as_they_may_be_come_to_the_same_cells() -> None:
    source, rng = the_source(compile_plan(retail())), random.Random(3)
    with gzip.open(ONLINE_RETAIL) as lines:
        events = [json.loads(line) for line in lines]
    log = raws(sorted(events, key=lambda one: _ms(one) + rng.randrange(7 * DAY)))
    late = fold_log(source, log, range(500, len(log), 500))
    assert late.totals["counted"] == len(log)
    assert nonzero([late]) == nonzero([fold_log(source, raws(events), range(9000, len(log), 9000))])


def _ms(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["ts"]).timestamp() * 1000
