"""Each thing that can be wrong is told in one sentence, at its line, with the nearest right word."""

import pytest

from schemas.definition.loading import parse
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD, line_of, with_line, without

AVERAGE = "  average_order_value: {ratio: [revenue, orders], window: %s}"
COUNT = "  orders: {count: order_completed, %s}"

ONE_FAULT = [
    ("company:", "company:", "company: is empty"),
    ("company:", "company: [a]", "company: must be text"),
    ("time_zone:", "time_zone: Amsterdam", 'did you mean "Europe/Amsterdam"?'),
    ("time_zone:", "time_zone: America/New York", 'did you mean "America/New_York"?'),
    ("time_zone:", "time_zone: ../../etc/passwd", "is no IANA time zone"),
    ("week_starts:", "week_starts: sundy", 'is not monday or sunday; did you mean "sunday"?'),
    ("phase:", "phase: scaleup", 'did you mean "scale-up"?'),
    ("  topic:", "  topic: a b", "is no Kafka topic"),
    ("  topic:", f"  topic: {'a' * 240}", "is no Kafka topic"),
    ("  format:", "  format: cloudevent", 'did you mean "cloudevents"?'),
    ("  format:", "  format: {id: event_id, propertys: p}", 'nothing uses; did you mean "properties"?'),
    ("  format:", "  format: {user.id: user}", "the place of a nested property follows from its first part"),
    ("  lateness:", "  lateness: 7", "write one such as 7d"),
    ("  lateness:", "  lateness: 7 days", "write one such as 7d"),
    ("  lateness:", "  lateness: 999w", "is not between 0s and 3660d"),
    ("  dedupe:", "  dedupe: 1:30", "write one such as 1h (or off)"),
    ("  city:", "  city: {property: city, limit: 0}", "is not a whole number from 1 to 1000"),
    ("  city:", "  city: {property: city, values: [a, a]}", 'names "a" twice'),
    ("  city:", "  city: {property: city, limit: 1, values: [a, b]}", "names 2 values, more than the limit of 1"),
    ("  city:", "  city: {property: city, values: [other]}", '"other" is reserved'),
    ("  city:", "  city: {property: a b}", "is not a property such as"),
    (
        "  orders: {c",
        "  orders: {cuont: order_completed}",
        'first, repeat, lifecycle, net_retention or conversion; did you mean "',
    ),
    ("  orders: {c", "  orders: {count: a, distinct: user_id}", "counts one thing, not count and distinct"),
    ("  orders: {c", COUNT % "by_dimension: [citty]", 'there is no dimension "citty"; did you mean "city"?'),
    ("  orders: {c", COUNT % "where: country is NL", "is no comparison"),
    ("  orders: {c", COUNT % "from: evnts", 'there is no source "evnts"; did you mean "events"?'),
    ("  orders: {c", COUNT % "unit: a b", "is no unit"),
    ("  reorders_60d:", "  none: {distinct: user_id}", 'the name "none" is reserved'),
    ("  reorders_60d:", "  Re-Orders: {repeat: order_completed}", "such as re_orders"),
    ("  revenue:", "  revenue: {sum: order_completed, unit: EUR}", "write TYPE.PROPERTY"),
    ("  revenue:", "  revenue: {sum: order_completed.value, decimals: 12}", "is not a whole number from 0 to 9"),
    ("  revenue:", "  revenue: {sum: com.shop.listened.value}", "write {of: com.shop.listened, property: value}"),
    ("  customers:", "  customers: {distinct: [user_id, a, b]}", "is a property or a pair of them"),
    ("  customers:", "  customers: {distinct: user_id, at_least: 0}", "is not a whole number from 1 to 100"),
    ("  customers:", "  customers: {distinct: user_id, at_least: 101}", "is not a whole number from 1 to 100"),
    ("  customers:", "  customers: {distinct: user_id, at_least: 2.5}", "is not a whole number from 1 to 100"),
    ("  customers:", "  customers: {distinct: user_id, atleast: 2}", 'did you mean "at_least"?'),
    ("  orders: {c", COUNT % "at_least: 2", "at_least: is no key here"),
    ("  repeat_orders:", "  repeat_orders: {repeat: order_completed, within: 0s}", "is not between 1s and 3660d"),
    ("  repeat_orders:", "  repeat_orders: {repeat: order_completed, witin: 1d}", 'did you mean "within"?'),
    ("  average", "  average_order_value: {ratio: [revenu, orders], window: lifetime}", 'did you mean "revenue"?'),
    ("  average", "  average_order_value: {ratio: [revenue], window: lifetime}", "must be a list of two"),
    ("  average", "  average_order_value: {ratio: [orders, orders], window: lifetime}", "which is always 1"),
    ("  average", "  average_order_value: {ratio: [revenue, orders]}", 'lacks "window"'),
    ("  average", AVERAGE % "{calendar: day}, unit: USD", 'says "USD", but what it stands on makes it "EUR"'),
    ("  average", AVERAGE % "month", "write {calendar: month}"),
    ("  average", AVERAGE % "28d", "write {rolling: 28d}"),
    ("  average", AVERAGE % "lifetme", 'did you mean "lifetime"?'),
    ("  average", AVERAGE % "{calendar: dya}", 'did you mean "day"?'),
    ("  average", AVERAGE % "{calendar: day, grain: 1h}", "grain: is no key here"),
    ("  average", AVERAGE % "{rolling: 1h, calendar: day}", "must be one window"),
    ("  average", AVERAGE % "[{rolling: 60m}, {rolling: 1h}]", "reads 1h twice"),
    ("  average", AVERAGE % "{rolling: 7m}", "add grain: 1m"),
    ("  average", AVERAGE % "{rolling: 49h}", "longer windows are whole days"),
    ("  average", AVERAGE % "{rolling: 4m}", "is not between 5m and 48h"),
    ("  average", AVERAGE % "{rolling: 0d}", "is not between 1d and 3660d"),
    ("  average", AVERAGE % "{rolling: 1h, grain: 7m}", "divide a day"),
    ("  average", AVERAGE % "{rolling: 1d, grain: 1h}", "whole days have no grain"),
    ("  average", AVERAGE % "[]", "is an empty list"),
    ("  orders: {m", "  orders: {measure: revenue, window: lifetime}", '"orders" is also a measure (line 15)'),
    (
        "  hours_per",
        "  hours_per_active: {measure: average_order_value, window: lifetime}",
        "is a metric, not a measure",
    ),
    ("  hours_per", "  hours_per_active: {masure: hours, window: lifetime}", 'did you mean "measure"?'),
    ("north_star:", "north_star: {metric: revenue}", '"revenue" is a measure, not a metric'),
    ("north_star:", "north_star: {metric: orders, inputs: [orders]}", "which is the north star itself"),
    ("north_star:", "north_star: {metric: orders, by: 2027-06-30}", "there is no target to reach"),
    ("north_star:", "north_star: {metric: orders, target: 1, by: 2027-06-31}", "is not a date"),
    ("north_star:", "north_star: {metric: orders, target: 3%}", "write 3% as 0.03"),
    ("north_star:", "north_star: {metric: orders, target: .nan}", "is not a finite number"),
    ("north_star:", "north_star: {metric: orders, target: 1e999}", "is not a finite number"),
    ("north_star:", "north_star: {metric: orders, better: highr}", 'did you mean "higher"?'),
    ("guardrails:", "guardrails: {metric: orders, max: 1}", "must be a list"),
    ("guardrails:", "guardrails: [{metric: orders}]", "it needs min or max"),
    ("guardrails:", "guardrails: [{metric: orders, min: 2, max: 1}]", "is above max"),
    ("guardrails:", "guardrails: [{metric: orders, min: 2}, {metric: orders, max: 9}]", 'names "orders" twice'),
    ("guardrails:", "company: again", "stands here twice; first on line 1"),
    ("guardrails:", "guard_rails: []", 'did you mean "guardrails"?'),
    ("guardrails:", "guardrails: [}", "is not YAML"),
    ("guardrails:", "guardrails: [{metric: orders}", "the [ in column 13 is not closed, or a comma is missing before"),
    ("guardrails:", "guardrails: [{metric: orders]", "is not YAML"),
    ("guardrails:", "guardrails: 'orders", "the ' in column 13 is not closed"),
    ("  orders: {m", "  orders: {measure: orders, window: lifetime", "the { in column 11 is not closed"),
    ("guardrails:", "? [a]\n: b", "has a key that is no text"),
    ("guardrails:", "guardrails: !!python/object:os.system []", "write it without"),
    ("guardrails:", 'guardrails: "\\UFFFFFFFF"', "is not YAML"),
    ("guardrails:", "guardrails: \x07", "a character that YAML does not allow"),
    ("guardrails:", "--- {}", "is not YAML"),
    ("company:", 'company: "Vers\\u202Evork"', "holds a sign that cannot be shown"),
    ("guardrails:", 'guardrails: [{metric: "or\\u2028ders", max: 1}]', "must be one line"),
    ("company:", f"company: {'x' * 81}", "is longer than 80 characters, which no board has room for"),
]


def faults_of(text: str) -> tuple[str, ...]:
    """All of them; the text must not be good."""
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    return caught.value.faults


@pytest.mark.parametrize(("start", "text", "told"), ONE_FAULT)
def test_one_thing_wrong_is_one_fault_at_its_line(start: str, text: str, told: str) -> None:
    line = line_of(start)
    faults = faults_of(with_line(line, text))
    assert len(faults) == 1, faults
    assert faults[0].startswith(f"nsm.yaml:{line}: ")
    assert told in faults[0]


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("Europe/Amsterdam", "Amsterdam").replace("28d", "0d").replace("7d", "7").replace("1.8", "lots")
    assert [fault.split(": ", 2)[:2] for fault in faults_of(text)] == [
        ["nsm.yaml:2", "time_zone"],
        ["nsm.yaml:9", "events.lateness"],
        ["nsm.yaml:24", "metrics.repeat_orders_per_customer.window.rolling"],
        ["nsm.yaml:29", "north_star.target"],
    ]


def test_a_missing_section_is_named() -> None:
    assert faults_of(without("company")) == ('nsm.yaml:1: lacks "company"',)
    assert 'nsm.yaml:1: lacks "events"' in faults_of("company: x")
    assert faults_of("") == ("nsm.yaml:1: is empty; nsm init writes a first definition",)
    assert faults_of("just text")[0].startswith("nsm.yaml:1: must be a mapping")


def test_an_unsound_measure_is_not_also_called_missing() -> None:
    faults = faults_of(with_line(line_of("  revenue:"), "  revenue: {sum: order_completed}"))
    assert len(faults) == 1


def test_a_cycle_is_drawn_once_from_the_metric_that_stands_first() -> None:
    text = GOOD.replace("ratio: [repeat_orders, customers]", "ratio: [average_order_value, customers]").replace(
        "ratio: [revenue, orders]", "ratio: [repeat_orders_per_customer, orders]"
    )
    path = "repeat_orders_per_customer -> average_order_value -> repeat_orders_per_customer"
    assert faults_of(text) == (f"nsm.yaml:24: metrics.repeat_orders_per_customer: stands on itself: {path}",)


def test_ratios_do_not_stand_on_each_other_without_end() -> None:
    chain = "".join(f"  m{n}: {{ratio: [m{n - 1}, customers], window: lifetime}}\n" for n in range(1, 3000))
    text = GOOD.replace("north_star:", f"  m0: {{ratio: [orders, customers], window: lifetime}}\n{chain}north_star:")
    faults = faults_of(text)
    assert [fault.split(": ")[1:] for fault in faults] == [["metrics.m6", "stands on metrics more than 5 deep"]]


def test_one_amount_is_not_summed_in_two_units_or_to_two_decimals() -> None:
    text = GOOD.replace("  active:", "  again: {sum: order_completed.value, unit: USD, decimals: 3}\n  active:")
    assert faults_of(text) == (
        "nsm.yaml:18: measures.again.decimals: keeps 3 decimals of value, but revenue keeps 2",
        'nsm.yaml:18: measures.again.unit: sums value as "USD", but revenue sums it as "EUR"',
    )


def test_two_currencies_are_not_divided() -> None:
    text = GOOD.replace("  active:", "  costs: {sum: order_completed.costs, unit: USD}\n  active:")
    faults = faults_of(text.replace("ratio: [revenue, orders]", "ratio: [revenue, costs]"))
    assert len(faults) == 1
    assert "divides EUR by USD" in faults[0]


def test_sources_have_names_and_topics_of_their_own() -> None:
    events = "events:\n- {name: a, topic: t, keyed_by: user_id}\n- {name: a, topic: t.dead-letter, keyed_by: user_id}\n"
    head, tail = GOOD[: GOOD.index("events:")], GOOD[GOOD.index("dimensions:") :]
    told = "\n".join(faults_of(head + events + tail))
    assert 'nsm.yaml:7: events[1].name: "a" is the name of another source too' in told
    events = events.replace("name: a, topic: t.", "name: b, topic: t.")
    told = "\n".join(faults_of(head + events + tail))
    assert 'events[1].topic: "t.dead-letter" is where the dead letters of a go' in told
    assert "measures.orders: does not say which events; it needs from: a or b" in told


def test_what_holds_itself_or_grows_without_end_is_refused() -> None:
    assert "holds itself" in "".join(faults_of(with_line(line_of("guardrails:"), "guardrails: &a [*a]")))
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))
    assert "grows too large through its aliases" in "".join(faults_of(bomb))
    assert faults_of("[" * 5000) == ("nsm.yaml:1: is nested too deeply",)
    assert "nested too deeply" in "".join(faults_of(f"company: {'[' * 60}{']' * 60}"))
    assert faults_of("#" * (1 << 21)) == ("nsm.yaml:1: is larger than a definition can be (1 MiB)",)


def test_a_sum_over_items_is_not_conditioned_on_them_one_by_one() -> None:
    text = GOOD.replace("  active:", "  units: {sum: order_completed.items.qty, where: items.qty > 0}\n  active:")
    faults = faults_of(text)
    assert len(faults) == 1
    assert faults[0].startswith('nsm.yaml:18: measures.units.where: judges each of "items" by "items.qty"')
