"""What a good definition holds, in a few lines."""

from schemas.definition.loading import parse
from services.check.summary import summary, unread
from tests.schemas.advice.sound import changed
from tests.schemas.definition.texts import GOOD, STEERED
from tests.streams.folding import definition
from tests.streams.rekeying.company import rekeyed


def test_it_is_told_by_what_events_are_keyed_anew() -> None:
    assert dict(summary(definition()))["events"] == "shop keyed by user_id"
    assert dict(summary(rekeyed()))["events"] == ("shop keyed by user_id (and anew by account_id, items.sku, referrer)")


def test_it_is_told_how_much_is_steered_by() -> None:
    told = dict(summary(parse(STEERED)))
    assert told["steers by"] == (
        "2 other targets, 2 guardrails, 1 department, 1 objective (3 key results), 2 initiatives"
    )
    assert told["calendar"] == "1 holiday, 2 campaigns, up to 2026-12-25"
    assert "calendar" not in dict(summary(parse(GOOD)))


def test_the_way_to_the_target_is_told_with_its_steps() -> None:
    way = "base: 1, from: 2026-01-01, path: [{by: 2026-06-30, value: 1.5}, {by: 2026-12-31, value: 1.8}]"
    text = GOOD.replace("target: 1.8, by: 2027-06-30", way)
    assert dict(summary(parse(text)))["north star"].endswith(
        "target 1.8 from 1 on 2026-01-01 by 2026-12-31 in 2 steps, higher is better"
    )


def test_measures_that_no_metric_reads_are_told_since_they_are_not_counted() -> None:
    two = changed(("  repeat_orders: {repeat", "  unread: {count: order_seen, from: shop}\n  repeat_orders: {repeat"))
    names = ["repeat_revenue", "minutes", "active", "unread", "reorders"]
    assert unread(parse(two)) == names
    assert dict(summary(parse(two)))["unread"] == f"{', '.join(names)}: no metric reads them, so not counted"


def test_both_ends_of_a_conversion_are_among_the_types_so_that_a_misspelt_one_is_seen() -> None:
    made = "  bought: {conversion: [seen, order_complete], within: 1d, from: shop}\n  deliveries: {count"
    told = dict(summary(parse(changed(("  deliveries: {count", made)))))
    assert "order_complete (1 measure)" in told["types"]
    assert "seen (1 measure)" in told["types"]


def test_a_lifecycle_is_read_where_one_of_its_parts_is() -> None:
    text = changed(
        ("  minutes: {sum: order_completed.minutes, unit: minutes, from: shop}\n", ""),
        ("  active: {distinct", "  life: {lifecycle: order_completed, from: shop}\n  active: {distinct"),
        (
            "  orders: {measure: orders",
            "  again: {measure: life.retained, window: {calendar: week}}\n  orders: {measure: orders",
        ),
    )
    assert "life" not in unread(parse(text))
