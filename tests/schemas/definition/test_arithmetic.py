"""Metrics made of others: what they are read as, their units, and what is wrong with them."""

import pytest

from schemas.definition.arithmetic import written
from schemas.definition.loading import parse
from schemas.definition.model import Definition, Distribution, Formula, Growth, Quantile, Share
from schemas.definition.operands import look_back
from schemas.definition.units import unit_of
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD, line_of

LINE = line_of("north_star:")
MONEY = (
    "  costs: {sum: bought.costs, unit: USD}\n  loans: {sum: order_completed.loan, unit: EUR, by_dimension: [city]}\n"
)


MINUTES = "  minutes: {distribution: order_delivered.minutes, unit: min, decimals: 0}\n"


def with_metrics(*lines: str, measures: str = "") -> str:
    """The good definition with more metrics at its end, the first on ``LINE`` where no measures are added."""
    text = GOOD.replace("north_star:", "".join(f"  {line}\n" for line in lines) + "north_star:")
    return text.replace("metrics:\n", f"{measures}metrics:\n")


def good(*lines: str, measures: str = "") -> Definition:
    return parse(with_metrics(*lines, measures=measures))


def faults_of(*lines: str, measures: str = "") -> tuple[str, ...]:
    with pytest.raises(DefinitionError) as caught:
        parse(with_metrics(*lines, measures=measures))
    return caught.value.faults


def test_formulas_growths_and_shares_are_read() -> None:
    definition = good(
        "net: {formula: 'revenue - 0.10 * (revenue / orders)', window: {calendar: day}}",
        "long: {window: {rolling: 28d}, formula: first_orders / customers\n      * 100}",
        "up: {growth: {of: net, over: 12 periods}, window: {calendar: month}}",
        "up_once: {growth: {of: orders}, window: {rolling: 1h}}",
        "dutch: {share: {of: orders, segment: {city: Utrecht}}, window: lifetime, unit: '%'}",
        "rest: {share: {of: orders, segment: {city: [no, none]}}, window: lifetime}",
    )
    formulas = {name: one.value for name, one in definition.metrics.items() if isinstance(one.value, Formula)}
    assert {name: written(one.expression) for name, one in formulas.items()} == {
        "net": "revenue - 0.10 * (revenue / orders)",
        "long": "first_orders / customers * 100",
    }
    assert definition.metrics["up"].value == Growth("net", 12)
    assert definition.metrics["up_once"].value == Growth("orders", 1)
    assert definition.metrics["dutch"].value == Share("orders", "city", ("Utrecht",))
    assert definition.metrics["rest"].value == Share("orders", "city", ("no", "none"))


def test_a_formula_may_be_written_over_several_lines() -> None:
    value = good("net:\n    formula: |\n      revenue\n      - 1\n    window: lifetime").metrics["net"].value
    assert isinstance(value, Formula)
    assert written(value.expression) == "revenue - 1"


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("revenue - loans", "EUR"),
        ("revenue + orders", "EUR"),
        ("1 - revenue / loans", ""),
        ("revenue / orders * 2", "EUR"),
        ("-(revenue)", "EUR"),
        ("hours * revenue", "hours*EUR"),
        ("hours / revenue", "hours/EUR"),
        ("hours / revenue * revenue", "hours"),
        ("revenue / hours / hours", "EUR/hours/hours"),
        ("1 / revenue * hours / hours", "1/EUR"),
        ("average_order_value * 12", "EUR"),
        ("growing * 100", ""),
    ],
)
def test_units_follow_through_formulas(formula: str, unit: str) -> None:
    growing = "growing: {growth: {of: revenue}, window: {calendar: month}}"
    definition = good(growing, f"m: {{formula: {formula!r}, window: {{calendar: month}}}}", measures=MONEY)
    assert unit_of(definition, "m") == unit


def test_how_far_a_metric_looks_back_adds_up_along_the_longest_way() -> None:
    definition = good(
        "g: {growth: {of: orders, over: 3 periods}, window: {calendar: day}}",
        "f: {formula: 'g + gg + revenue', window: {calendar: day}}",
        "gg: {growth: {of: g, over: 2 periods}, window: {calendar: day}}",
    )
    assert {name: look_back(definition.metrics, name) for name in ("orders", "g", "gg", "f")} == {
        "orders": 0,
        "g": 3,
        "gg": 5,
        "f": 5,
    }


def test_a_quantile_of_a_distribution_is_read_and_stands_in_all_other_arithmetic() -> None:
    definition = good(
        "slow: {quantile: 0.95, of: minutes, window: [{calendar: day}, {rolling: 28d}]}",
        "usual: {quantile: 0.5, of: minutes, window: {calendar: day}}",
        "slowest: {quantile: 1, of: minutes, window: lifetime}",
        "tail: {ratio: [slow, usual], window: {calendar: day}}",
        "gap: {formula: slow - usual, window: {calendar: day}}",
        "slower: {growth: {of: slow}, window: {calendar: day}}",
        measures=MINUTES,
    )
    assert definition.metrics["slow"].value == Quantile("minutes", "0.95")
    assert definition.metrics["slowest"].value == Quantile("minutes", "1")
    assert definition.measures["minutes"] == Distribution(
        name="minutes", source="events", of="order_delivered", property="minutes", decimals=0, unit="min"
    )
    units = {name: unit_of(definition, name) for name in ("slow", "tail", "gap", "slower")}
    assert units == {"slow": "min", "tail": "", "gap": "min", "slower": ""}


def test_a_distribution_is_split_by_dimensions_of_events_and_of_their_items() -> None:
    measures = "  minutes: {distribution: order_delivered.minutes, by_dimension: [city, product]}\n"
    text = with_metrics("slow: {quantile: 0.95, of: minutes, window: {calendar: day}}", measures=measures)
    definition = parse(text.replace("dimensions:\n", "dimensions:\n  product: {property: items.sku, limit: 5}\n"))
    assert definition.measures["minutes"].by_dimension == ("city", "product")


def test_a_distribution_has_no_shares_and_it_is_said_what_has() -> None:
    by_city = "  minutes: {distribution: order_delivered.minutes, by_dimension: [city]}\n"
    share = "m: {share: {of: minutes, segment: {city: Utrecht}}, window: lifetime}"
    for measures in (by_city, MINUTES):
        (fault,) = faults_of(share, measures=measures)
        assert "metrics.m.share.of" in fault
        assert '"minutes", a distribution and no number' in fault
        assert fault.endswith("a count of order_delivered by the same dimension has shares")


NO_QUANTILE = [
    ("m: {quantile: 0.95, of: minuts, window: lifetime}", 'no measure "minuts"; did you mean "minutes"?'),
    ("m: {quantle: 0.95, of: minutes, window: lifetime}", 'did you mean "quantile"?'),
    ("m: {quantile: 0.95, window: lifetime}", 'lacks "of"'),
    ("m: {quantile: 95, of: minutes, window: lifetime}", "write one above 0 and up to 1, such as 0.95"),
    ("m: {quantile: 95%, of: minutes, window: lifetime}", "is no part of all values"),
    ("m: {quantile: 0.0, of: minutes, window: lifetime}", "is no part of all values"),
    ("m: {quantile: 1.01, of: minutes, window: lifetime}", "is no part of all values"),
    ("m: {quantile: 0.5, of: revenue, window: lifetime}", '"revenue" is one number, without quantiles'),
    ("m: {quantile: 0.5, of: minutes, per: orders, window: lifetime}", "per: is no key here"),
    (
        "m: {quantile: 0.5, of: average_order_value, window: lifetime}",
        '"average_order_value" is a metric, not a measure',
    ),
    ("m: {measure: minutes, window: lifetime}", "read a quantile of it, such as {quantile: 0.95, of: minutes}"),
    ("m: {measure: minutes, per: orders, window: lifetime}", "is a distribution and no number"),
    ("m: {ratio: [orders, minutes], window: lifetime}", "is a distribution and no number"),
    ("m: {formula: minutes * 2, window: lifetime}", "is a distribution and no number"),
    ("m: {growth: {of: minutes}, window: {calendar: day}}", "is a distribution and no number"),
    (
        "m: {share: {of: minutes, segment: {city: a}}, window: lifetime}",
        "count of order_delivered by the same dimension",
    ),
]


@pytest.mark.parametrize(("line", "told"), NO_QUANTILE)
def test_one_thing_wrong_about_a_quantile_is_one_fault_at_its_line(line: str, told: str) -> None:
    (fault,) = faults_of(line, measures=MINUTES)
    assert fault.startswith(f"nsm.yaml:{LINE + 1}: metrics.")
    assert told in fault


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("{distribution: order_delivered}", "write TYPE.PROPERTY"),
        ("{distribution: a.b, decimals: 12}", "is not a whole number from 0 to 9"),
        ("{distribution: a.b, by_dimension: [cty]}", 'no dimension "cty"; did you mean "city"?'),
        ("{distribution: a.b, by_dimension: [city, city]}", "twice"),
        ("{distribution: a.b, by: user_id}", "by: is no key here"),
        ("{distribtion: a.b}", 'did you mean "distribution"?'),
        ("{distribution: order_completed.value, unit: USD}", 'spreads value as "USD", but revenue sums it as "EUR"'),
        ("{distribution: a.items.b, where: items.b > 0}", "leave the condition out"),
        ("{distribution: com.shop.listened.minutes}", 'for the type "com.shop.listened" write {of: com.shop.listened'),
        ("{distribution: {of: a, property: items.b}, where: items.b > 0}", "leave the condition out"),
    ],
)
def test_a_distribution_is_declared_as_a_sum_is(measure: str, told: str) -> None:
    (fault,) = faults_of(measures=f"  spread: {measure}\n")
    assert told in fault


ONE_FAULT = [
    ("m: {formula: 'revenu / orders', window: lifetime}", 'no measure or metric "revenu"; did you mean "revenue"?'),
    ("m: {formula: 'Orders * 2', window: lifetime}", 'did you mean "orders"?'),
    ("m: {formula: 'revenue orders', window: lifetime}", "lacks + - * or / before"),
    ("m: {formula: [revenue], window: lifetime}", "must be text"),
    ("m: {formula: 3, window: lifetime}", "is made of numbers only"),
    ("m: {formula: revenue, per: orders, window: lifetime}", "per: is no key here"),
    ("m: {formula: revenue, ratio: [revenue, orders], window: lifetime}", "must show one thing"),
    ("m: {formual: revenue, window: lifetime}", 'did you mean "formula"?'),
    ("m: {formula: 'revenue + hours', window: lifetime}", 'adds "hours" to "EUR"; only like goes with like'),
    ("m: {formula: '2 * (revenue - hours)', window: lifetime}", 'takes "hours" from "EUR"'),
    ("m: {formula: 'revenue + hours + orders', window: lifetime}", 'adds "hours" to "EUR"'),
    ("m: {formula: 'average_order_value - hours', window: lifetime}", 'takes "hours" from "EUR"'),
    ("m: {formula: 'revenue + m', window: lifetime}", "stands on itself: m -> m"),
    ("m: {growth: {of: m}, window: {calendar: day}}", "stands on itself: m -> m"),
    ("m: {growth: orders, window: {calendar: day}}", "must be a mapping, with of"),
    ("m: {growth: {over: 1 period}, window: {calendar: day}}", 'lacks "of"'),
    ("m: {growth: {of: ordrs}, window: {calendar: day}}", 'did you mean "orders"?'),
    ("m: {growth: {of: orders, ovr: 1 period}, window: {calendar: day}}", 'did you mean "over"?'),
    ("m: {growth: {of: orders, over: 1}, window: {calendar: day}}", "write one such as 1 period or 12 periods"),
    ("m: {growth: {of: orders, over: 0 periods}, window: {calendar: day}}", "is no number of periods"),
    ("m: {growth: {of: orders, over: 1 month}, window: {calendar: day}}", "is no number of periods"),
    ("m: {growth: {of: orders}, window: lifetime}", "a lifetime has no period before it"),
    ("m: {growth: {of: orders}, window: [{calendar: day}, lifetime]}", "a lifetime has no period before it"),
    ("m: {growth: {of: orders, over: 11 periods}, window: {calendar: year}}", "which is more than 3660 days"),
    ("m: {growth: {of: orders, over: 200 periods}, window: {rolling: 28d}}", "over 28d its growth looks back 200"),
    ("m: {share: {of: ordrs, segment: {city: a}}, window: lifetime}", 'no measure "ordrs"; did you mean "orders"?'),
    ("m: {share: {of: orders}, window: lifetime}", 'lacks "segment"'),
    ("m: {share: {of: orders, segment: Utrecht}, window: lifetime}", "must be one dimension with its value"),
    ("m: {share: {of: orders, segment: {}}, window: lifetime}", "must be one dimension with its value"),
    ("m: {share: {of: orders, segment: {city: [a, a]}}, window: lifetime}", 'names "a" twice'),
    ("m: {share: {of: orders, segment: {city: other}}, window: lifetime}", '"other" is whatever the limit leaves out'),
    ("m: {share: {of: orders, segment: {citty: a}}, window: lifetime}", 'no dimension "citty"; did you mean "city"?'),
    ("m: {share: {of: revenue, segment: {city: a}}, window: lifetime}", "add by_dimension: [city] to the measure"),
    ("m: {share: {of: customers, segment: {city: a}}, window: lifetime}", "a count or a sum has shares"),
    ("m: {share: {of: orders, segment: {city: a}}, window: lifetime, unit: EUR}", 'says "EUR"'),
    ("orders_2: {formula: 'orders * 2', window: lifetime, unit: USD}", 'says "USD"'),
]


@pytest.mark.parametrize(("line", "told"), ONE_FAULT)
def test_one_thing_wrong_is_one_fault_at_its_line(line: str, told: str) -> None:
    faults = faults_of(line)
    assert len(faults) == 1, faults
    assert faults[0].startswith(f"nsm.yaml:{LINE}: metrics.")
    assert told in faults[0]


def test_all_that_is_wrong_with_a_formula_is_told_at_once() -> None:
    faults = faults_of(
        "a: {formula: 'revenu + ordrs *', window: lifetime}",
        "b: {growth: {of: c, over: now}, window: lifetim}",
        "c: {formula: '(revenue + hours) / (loans / costs)', window: lifetime}",
        measures=MONEY,
    )
    told = [
        ("a.formula", '"revenu + ordrs *" ends where a name or a number is due'),
        ("a.formula", 'there is no measure or metric "revenu"; did you mean "revenue"?'),
        ("a.formula", 'there is no measure or metric "ordrs"; did you mean "orders"?'),
        ("b.growth.over", '"now" is no number of periods'),
        ("b.window", '"lifetim" is no window'),
        ("c.formula", 'adds "hours" to "EUR"'),
        ("c.formula", "divides EUR by USD"),
    ]
    assert len(faults) == len(told)
    for fault, (path, words) in zip(faults, told, strict=True):
        assert f": metrics.{path}: {words}" in fault


def test_currencies_are_not_added_up_either() -> None:
    (fault,) = faults_of("m: {formula: revenue - costs, window: lifetime}", measures=MONEY)
    assert 'takes "USD" from "EUR"; bring both into one currency' in fault


def test_a_cycle_through_formula_growth_and_ratio_is_drawn() -> None:
    (fault,) = faults_of(
        "a: {formula: '1 + b', window: {calendar: day}}",
        "b: {growth: {of: c}, window: {calendar: day}}",
        "c: {ratio: [a, orders], window: {calendar: day}}",
    )
    assert fault == f"nsm.yaml:{LINE}: metrics.a: stands on itself: a -> b -> c -> a"


def test_a_lifetime_over_a_growth_further_down_is_found_where_it_is_read() -> None:
    (fault,) = faults_of(
        "up: {growth: {of: orders}, window: {calendar: month}}",
        "twice: {formula: 2 * up, window: [{calendar: month}, lifetime]}",
    )
    assert fault.startswith(f"nsm.yaml:{LINE + 1}: metrics.twice.window: a lifetime has no period before it")


def test_formulas_on_many_formulas_are_judged_at_once() -> None:
    wide = [
        f"m{level}_{n}: {{formula: '{' + '.join(f'm{level - 1}_{k}' for k in range(40)) if level else 'orders'}',"
        " window: lifetime}"
        for level in range(6)
        for n in range(40)
    ]
    assert unit_of(good(*wide, measures=MONEY), "m5_0") == ""
