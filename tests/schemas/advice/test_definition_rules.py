"""Each rule finds what it is for, at its line, and leaves what is nearly so alone."""

import pytest

from schemas.advice.rule import DefinitionRule
from schemas.advice.rules import RULES
from tests.schemas.advice.sound import SOUND, changed, judged, told

Edits = list[tuple[str, str]]

STAR = "star: {ratio: [repeat_orders, customers], window: {rolling: 28d}}"
TARGET = "base: 1, from: 2026-07-01, target: 2, by: 2027-06-30"
OKRS = "okrs: [{objective: More, key_results: [{%s}]}]\n"
RESULT = "metric: orders, reach: 2, base: 1, from: 2026-07-01, by: 2027-06-30"
INITIATIVE = "initiatives: [{name: Checkout, start: 2027-01-01, end: 2027-02-01%s}]\n"
REPEAT = "repeat_orders: {repeat: order_completed, from: shop}"
CARRIER = "{name: carrier, topic: carrier, keyed_by: user_id"
SUPPLIED = (CARRIER, f"{CARRIER}, supplied_by: Trunkrs")
GUARDS = "guardrails: [{metric: order_value, min: 20}]\n"
LOGISTICS = "logistics: [deliveries_per_order]"
PHASE = "phase: scale-up"


def star(value: str) -> tuple[str, str]:
    return STAR, f"star: {{{value}, window: {{rolling: 28d}}}}"


USERS = (
    "  deliveries: {count",
    "  users: {lifecycle: user_id, of: order_completed, from: shop}\n  deliveries: {count",
)


def alive(part: str) -> tuple[str, str]:
    return STAR, f"star: {{measure: users.{part}, window: {{calendar: month}}}}"


PAID = (
    "  deliveries: {count",
    "  paid: {net_retention: order_again.amount, unit: EUR, from: shop}\n  deliveries: {count",
)


def kept(value: str) -> tuple[str, str]:
    return STAR, f"star: {{{value}, window: {{calendar: month}}}}"


TRIGGERS: list[tuple[str, str, Edits]] = [
    ("revenue-as-north-star", "north_star:", [star("measure: revenue")]),
    ("revenue-as-north-star", "north_star:", [star("measure: revenue, per: customers")]),
    ("revenue-as-north-star", "north_star:", [star("ratio: [order_value, customers]")]),
    ("moved-by-anything", "  active:", [star("measure: active")]),
    ("moved-by-anything", "  active:", [star("ratio: [active, customers]")]),
    ("one-department", "north_star:", [(LOGISTICS, "logistics: [orders]")]),
    (
        "one-department",
        "north_star:",
        [(LOGISTICS, "logistics: [orders]"), ("marketing: [new_customers]", "marketing: [order_value]")],
    ),
    ("customers-left-out", "  repeat_orders:", [(REPEAT, f"{REPEAT[:-1]}, where: country = NL}}")]),
    ("customers-left-out", "  repeat_orders:", [(REPEAT, f"{REPEAT[:-1]}, where: plan != free}}")]),
    ("customers-left-out", "  repeat_orders:", [(REPEAT, f"{REPEAT[:-1]}, where: 'plan in [pro, team]'}}")]),
    ("customers-left-out", "  repeat_orders:", [(REPEAT, f"{REPEAT[:-1]}, where: city > 3}}")]),
    ("customers-left-out", "  customers:", [("of: order_completed, from", "of: order_completed, where: a = b, from")]),
    ("phase-and-metric", "phase:", [(PHASE, "phase: start-up")]),
    ("phase-and-metric", "phase:", [USERS, alive("new")]),
    ("phase-and-metric", "phase:", [PAID, (PHASE, "phase: start-up"), kept("ratio: [paid.kept, paid.base]")]),
    ("revenue-as-north-star", "north_star:", [PAID, kept("measure: paid.kept")]),
    ("phase-and-metric", "phase:", [USERS, (PHASE, "phase: start-up"), alive("retained")]),
    ("phase-and-metric", "phase:", [USERS, (PHASE, "phase: start-up"), alive("resurrected")]),
    ("moved-by-anything", "  users:", [(USERS[0], USERS[1].replace(", of: order_completed", "")), alive("active")]),
    ("phase-and-metric", "phase:", [star("measure: first_orders")]),
    ("phase-and-metric", "phase:", [(PHASE, "phase: mature"), star("measure: first_orders")]),
    ("phase-and-metric", "phase:", [(PHASE, "phase: mature"), star("measure: minutes")]),
    ("department-without-kpi", "  finance:", [(LOGISTICS, "logistics: [deliveries_per_order]\n  finance:")]),
    ("department-without-kpi", "  finance:", [(LOGISTICS, "logistics: [deliveries_per_order]\n  finance: []")]),
    ("no-guardrail", "north_star:", [(GUARDS, "")]),
    ("supplied-alone", "  deliveries_per_order:", [SUPPLIED, ("{ratio: [deliveries, orders]", "{measure: deliveries")]),
    ("open-target", "north_star:", [(TARGET, "from: 2026-07-01, target: 2, by: 2027-06-30")]),
    ("open-target", "north_star:", [(TARGET, "target: 2, base: 1, from: 2026-07-01")]),
    ("open-target", "north_star:", [(TARGET, "target: 2, base: 1, by: 2027-06-30")]),
    ("open-target", "targets:", [(GUARDS, f"{GUARDS}targets: {{orders: {{target: 2}}}}\n")]),
    ("open-target", "north_star:", [(TARGET, "path: [{by: 2026-07-01, value: 2}]")]),
    *(
        ("open-key-result", "okrs:", [(GUARDS, GUARDS + OKRS % RESULT.replace(lacking, ""))])
        for lacking in (", base: 1", ", from: 2026-07-01", ", by: 2027-06-30")
    ),
    ("initiative-without-metric", "initiatives:", [(GUARDS, GUARDS + INITIATIVE % "")]),
]

NEAR_MISSES: list[tuple[str, Edits]] = [
    ("milestones need no beginning", [(TARGET, "base: 1, path: [{by: 2026-07-01, value: 2}]")]),
    ("a whole key result", [(GUARDS, GUARDS + OKRS % RESULT)]),
    ("an initiative may leave open how far", [(GUARDS, GUARDS + INITIATIVE % ", expects: {metric: orders}")]),
    ("other targets as whole", [(GUARDS, f"{GUARDS}targets: {{orders: {{{TARGET}}}}}\n")]),
    ("a share of revenue is no revenue", [star("ratio: [repeat_revenue, revenue]")]),
    ("orders per revenue rise as revenue falls", [star("ratio: [orders, revenue]")]),
    ("a sum of minutes is no money", [star("measure: minutes, per: customers")]),
    ("below the line, being active may mean anything", [star("ratio: [repeat_orders, active]")]),
    (
        "a condition chooses among all events",
        [star("measure: active"), ("{distinct: user_id, from", "{distinct: user_id, where: minutes >= 5, from")],
    ),
    ("a KPI may be the north star itself", [(LOGISTICS, "logistics: [star]")]),
    (
        "a KPI may be what an input is made of",
        [
            (LOGISTICS, "logistics: [order_value]"),
            ("inputs: [new_customers, deliveries_per_order]", "inputs: [new_customers, value_each]"),
            ("  order_value:", "  value_each: {ratio: [order_value, customers], window: lifetime}\n  order_value:"),
        ],
    ),
    ("one department alone has nobody beside it", [(f"  {LOGISTICS}\n", "")]),
    ("a threshold says how good the event was", [(REPEAT, f"{REPEAT[:-1]}, where: minutes >= 5}}")]),
    ("a yes or no says how good the event was", [(REPEAT, f"{REPEAT[:-1]}, where: on_time = true}}")]),
    (
        "items are no customers",
        [star("measure: reorders"), ("items.sku], from", "items.sku], where: items.kind = food, from")],
    ),
    (
        "a filter outside the north star",
        [("orders: {count: order_completed, from", "orders: {count: order_completed, where: country = NL, from")],
    ),
    ("without a phase", [(f"{PHASE}\n", "")]),
    ("a start-up may count first orders", [(PHASE, "phase: start-up"), star("measure: first_orders")]),
    ("a start-up may count who is active by a lifecycle", [USERS, (PHASE, "phase: start-up"), alive("active")]),
    ("what is kept of last month's money is no money", [PAID, kept("ratio: [paid.kept, paid.base]")]),
    (
        "what was paid by those who may leave says nothing of a phase",
        [PAID, kept("ratio: [paid.base, repeat_revenue]"), (PHASE, "phase: start-up")],
    ),
    ("the dormant say nothing of a phase", [USERS, (PHASE, "phase: start-up"), alive("dormant")]),
    ("the retained are what a scale-up looks at", [USERS, alive("retained")]),
    ("a start-up may count who is active", [(PHASE, "phase: start-up"), star("measure: customers")]),
    ("a mature company may watch repeated use", [(PHASE, "phase: mature")]),
    (
        "a mature company may watch what each customer does",
        [(PHASE, "phase: mature"), star("ratio: [minutes, customers]")],
    ),
    (
        "a quantile of money is no revenue, and says nothing of a phase",
        [
            (PHASE, "phase: mature"),
            ("measures:\n", "measures:\n  worth: {distribution: order_again.amount, unit: EUR, from: shop}\n"),
            star("quantile: 0.5, of: worth"),
            ("  repeat_revenue: {sum: order_again.amount, unit: EUR, from: shop}\n", ""),
        ],
    ),
    (
        "a quantile has no entity whose items a condition could choose",
        [
            ("measures:\n", "measures:\n  wait: {distribution: x.wait, where: late = true, from: shop}\n"),
            star("quantile: 0.5, of: wait"),
        ],
    ),
    ("data of a supplier over ours", [SUPPLIED]),
    ("no target yet", [(f" {TARGET},", "")]),
]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_a_sound_definition_gets_no_advice() -> None:
    assert told(SOUND) == []


@pytest.mark.parametrize(("rule", "start", "edits"), TRIGGERS)
def test_a_rule_finds_what_it_is_for_at_its_line_and_no_other_rule_does(rule: str, start: str, edits: Edits) -> None:
    text = changed(*edits)
    assert told(text) == [(rule, line_of(text, start))]


@pytest.mark.parametrize(("why", "edits"), NEAR_MISSES, ids=[why for why, _ in NEAR_MISSES])
def test_what_is_nearly_so_is_left_alone(why: str, edits: Edits) -> None:
    assert told(changed(*edits)) == []


def test_every_rule_about_definitions_is_triggered_here() -> None:
    assert {rule for rule, _, _ in TRIGGERS} == {rule.id for rule in RULES if isinstance(rule, DefinitionRule)}


def test_what_is_found_is_told_in_words_that_name_it() -> None:
    def text(*edits: tuple[str, str]) -> str:
        (one,) = judged(changed(*edits)).told
        return one.text

    assert text(star("measure: revenue, per: customers")) == "star is a sum of EUR over customers"
    where = "where: [country = NL, minutes > 3, 'plan in [pro, team]']"
    assert "only where country = NL and plan in [pro, team];" in text((REPEAT, f"{REPEAT[:-1]}, {where}}}"))
    assert text((LOGISTICS, "logistics: [orders]")).startswith("only marketing steers by star or one of its inputs")
    lacking = (
        "2 has no date (by) and no base that it is measured against (base) and no day that its way begins on (from)"
    )
    assert text((TARGET, "target: 2")) == lacking
    assert text((GUARDS, GUARDS + INITIATIVE % "")) == "Checkout does not say which metric it is to move"
    assert text((PHASE, "phase: start-up")).startswith("is start-up, and star tells repeated use: ")
    deliveries = ("{ratio: [deliveries, orders]", "{measure: deliveries")
    assert text(SUPPLIED, deliveries) == "rests on the data of Trunkrs, and on nothing of ours"


def test_a_difference_of_money_is_money_and_one_that_only_falls_says_nothing_of_its_phase() -> None:
    refunds = ("measures:\n", "measures:\n  refunds: {sum: order_refunded.amount, unit: EUR, from: shop}\n")
    revenue = ("measures:\n", "measures:\n  income: {sum: order_completed.amount, unit: EUR, from: shop}\n")
    net = changed(refunds, revenue, star('formula: "income - refunds"'))
    assert "revenue-as-north-star" in [rule for rule, _ in told(net)]
    assert "phase-and-metric" not in [rule for rule, _ in told(changed(refunds, star('formula: "0 - refunds"')))]
