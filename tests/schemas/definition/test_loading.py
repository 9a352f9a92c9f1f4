"""What a good definition is read as."""

from datetime import date
from pathlib import Path

import pytest

from schemas.definition.loading import load, parse
from schemas.definition.model import (
    ANY,
    Calendar,
    CloudEventsFormat,
    Condition,
    Count,
    Definition,
    Distinct,
    First,
    FlatFormat,
    Lifetime,
    Metric,
    Plain,
    Ratio,
    Repeat,
    RollingDays,
    RollingSpan,
    Source,
    Sum,
    Unit,
)
from schemas.definition.steering import NorthStar
from schemas.definition.units import unit_of
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD, with_line, without

DEFINITIONS = Path(__file__).parents[3] / "deploy" / "definitions"
DAY = 86_400_000


@pytest.fixture(scope="module")
def good() -> Definition:
    return parse(GOOD)


def test_a_source_is_read_with_its_durations_in_milliseconds(good: Definition) -> None:
    flat = FlatFormat(time="ts", properties="properties", places={"user_id": "user_id"})
    assert good.sources == (
        Source(
            name="events",
            topic="product-events",
            keyed_by="user_id",
            format=flat,
            lateness_ms=7 * DAY,
            dedupe_ms=3_600_000,
            ahead_ms=1_800_000,
        ),
    )


def test_every_kind_of_measure_is_read(good: Definition) -> None:
    assert good.measures["orders"] == Count(
        name="orders",
        source="events",
        of="order_completed",
        where=(Condition("country", "=", "NL"),),
        by_dimension=("city",),
        description="all of them",
    )
    assert good.measures["active"] == Distinct(name="active", source="events", of=ANY, entity=("user_id",))
    assert good.measures["reorders_60d"] == Repeat(
        name="reorders_60d",
        source="events",
        of="order_completed",
        entity=("user_id", "items.sku"),
        within_ms=60 * DAY,
        where=(Condition("items.qty", ">", 0),),
    )
    assert good.measures["hours"] == Sum(
        name="hours", source="events", of="com.shop.listened", property="hours", unit="hours", decimals=3
    )


def test_a_threshold_is_read_and_is_one_where_nothing_is_said(good: Definition) -> None:
    thrice = parse(GOOD.replace("{distinct: user_id, of: order", "{distinct: user_id, at_least: 3, of: order"))
    assert [one.measures["customers"] for one in (good, thrice)] == [
        Distinct(name="customers", source="events", of="order_completed", entity=("user_id",), at_least=at_least)
        for at_least in (1, 3)
    ]


def test_an_entity_left_out_is_what_the_topic_is_keyed_by(good: Definition) -> None:
    first = First(name="first_orders", source="events", of="order_completed", entity=("user_id",))
    assert good.measures["first_orders"] == first


def test_money_with_cents_keeps_two_decimals_and_other_sums_six(good: Definition) -> None:
    assert isinstance(good.measures["revenue"], Sum)
    assert good.measures["revenue"].decimals == 2
    plain = parse(GOOD.replace(", unit: EUR", "")).measures["revenue"]
    assert isinstance(plain, Sum)
    assert plain.decimals == 6


def test_metrics_are_measures_or_ratios_over_windows(good: Definition) -> None:
    assert good.metrics["repeat_orders_per_customer"] == Metric(
        name="repeat_orders_per_customer", value=Ratio("repeat_orders", "customers"), windows=(RollingDays(28),)
    )
    assert good.metrics["hours_per_active"].value == Ratio("hours", "active")
    assert good.metrics["hours_per_active"].windows == (Calendar(Unit.MONTH), Lifetime())
    assert good.metrics["orders"].value == Plain("orders")
    assert good.metrics["orders"].windows == (RollingSpan(3_600_000), RollingSpan(5_400_000, 60_000))


def test_the_north_star_has_a_date_and_a_number(good: Definition) -> None:
    assert good.north_star == NorthStar(
        metric="repeat_orders_per_customer",
        target=1.8,
        by=date(2027, 6, 30),
        inputs=("average_order_value", "orders"),
    )


def test_text_is_what_was_written_and_not_what_yaml_1_1_takes_it_for(good: Definition) -> None:
    assert good.dimensions["city"].values == ("Utrecht", "no")
    text = GOOD.replace("[Utrecht, no]", "[NO, on, 1:30, 012, 2027-01-01, 1e3, 'null']")
    values = ("NO", "on", "1:30", "012", "2027-01-01", "1e3", "null")
    assert parse(text).dimensions["city"].values == values


def test_a_week_may_start_on_sunday_and_dedupe_may_be_off() -> None:
    definition = parse(GOOD.replace("week_starts: monday", "week_starts: sunday").replace("dedupe: 1h", "dedupe: off"))
    assert definition.week_starts == "sunday"
    assert definition.sources[0].dedupe_ms == 0


def test_what_is_left_out_has_its_default() -> None:
    definition = parse(without("week_starts", "phase", "guardrails", "  lateness", "  dedupe", "  ahead"))
    assert (definition.week_starts, definition.phase, definition.guardrails) == ("monday", None, ())
    source = Source(name="events", topic="t", keyed_by="user_id")
    read = definition.sources[0]
    assert (read.lateness_ms, read.dedupe_ms, read.ahead_ms) == (source.lateness_ms, source.dedupe_ms, source.ahead_ms)


def test_several_sources_are_told_apart_by_name() -> None:
    events = """\
events:
- {name: shop, topic: shop, keyed_by: user_id, format: cloudevents}
- {name: support, topic: support, keyed_by: account_id}
dimensions:
"""
    head, tail = GOOD[: GOOD.index("events:")], GOOD[GOOD.index("  city:") :]
    text = head + events + tail.replace("distinct: user_id", "from: shop, distinct: user_id")
    for kind in ("count: order", "sum:", "repeat: order", "first: order"):
        text = text.replace(f"{{{kind}", f"{{from: shop, {kind}")
    definition = parse(text.replace("  active:", "  accounts: {distinct: account_id, from: support}\n  active:"))
    assert definition.source("shop").format == CloudEventsFormat()
    assert definition.source("support").format == FlatFormat()
    assert definition.measures["accounts"].source == "support"


def test_anchors_and_merge_keys_work_as_yaml_has_them() -> None:
    text = GOOD.replace("{count: order_completed, by", "&all {count: order_completed, by")
    definition = parse(text.replace("  active:", "  dutch: {<<: *all, where: country = BE}\n  active:"))
    assert definition.measures["dutch"].where == (Condition("country", "=", "BE"),)
    assert definition.measures["dutch"].by_dimension == ("city",)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(good: Definition, tmp_path: Path) -> None:
    path = tmp_path / "nsm.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(path) == good


@pytest.mark.parametrize(
    ("condition", "read"),
    [
        ("items.qty >= 1.5", Condition("items.qty", ">=", 1.5)),
        ("trial != true", Condition("trial", "!=", True)),
        ("sku = 007", Condition("sku", "=", "007")),
        ("country = 'United Kingdom'", Condition("country", "=", "United Kingdom")),
        ("name = 'it''s'", Condition("name", "=", "it's")),
        ("qty<-3", Condition("qty", "<", -3)),
        ("in in [in]", Condition("in", "in", ("in",))),
        ("plan in [pro, 'a, b', 3]", Condition("plan", "in", ("pro", "a, b", 3))),
    ],
)
def test_a_condition_is_a_path_an_operator_and_a_literal(condition: str, read: Condition) -> None:
    definition = parse(
        with_line(15, f"  orders:\n    count: order_completed\n    where:\n    - |\n      {condition}\n")
    )
    assert definition.measures["orders"].where == (read,)


@pytest.mark.parametrize(
    "condition",
    [
        "country == NL",
        "country = two words",
        "a > 0 and b > 0",
        "plan in pro",
        "plan = [pro]",
        "plan in []",
        "plan in [a,]",
        "plan in [a b]",
        "trial > true",
        "n > 99999999999999999999",
        "n = 9007199254740992",
        "x =",
        "= x",
        "a..b = 1",
        "x",
    ],
)
def test_a_condition_that_is_none_is_a_fault(condition: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(with_line(15, f"  orders:\n    count: order_completed\n    where:\n    - '{condition}'\n"))
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith("nsm.yaml:18: measures.orders.where[0]: ")


def test_units_follow_from_what_is_divided(good: Definition) -> None:
    units = {name: unit_of(good, name) for name in good.metrics}
    assert units["average_order_value"] == "EUR"
    assert units["hours_per_active"] == "hours"
    assert units["orders"] == ""
    ratio = "  hours_per_euro: {ratio: [hours, revenue], window: lifetime}\n"
    ratio += "  share: {ratio: [revenue, spent], window: lifetime}"
    spent = "  spent: {sum: bought.value, unit: EUR}\nmetrics:\n"
    more = parse(GOOD.replace("metrics:\n", f"{spent}{ratio}\n"))
    assert unit_of(more, "hours_per_euro") == "hours/EUR"
    assert unit_of(more, "share") == ""


def test_a_unit_may_be_given_to_what_has_none_and_is_carried_on() -> None:
    text = GOOD.replace("window: {calendar: month}}\nnorth", "window: {calendar: month}, unit: '%'}\nnorth")
    assert unit_of(parse(text), "first_order_customers") == "%"


@pytest.mark.parametrize(
    ("name", "metric"), [("cdnow", "repeat_orders_per_customer"), ("online_retail", "reorders_per_customer")]
)
def test_the_definitions_that_come_along_are_good(name: str, metric: str) -> None:
    definition = load(DEFINITIONS / f"{name}.yaml")
    assert definition.north_star.metric == metric
    assert definition.sources[0].format == FlatFormat(time="ts", properties="properties", places={"user_id": "user_id"})


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, Path("a\0b")):
        with pytest.raises(DefinitionError, match="cannot be read"):
            load(path)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"company: a\ntime_zone: caf\xe9\n")
    with pytest.raises(DefinitionError, match=r"latin.yaml:2: is not UTF-8 text"):
        load(latin)
