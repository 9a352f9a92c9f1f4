"""Boards and rules of metrics that are made of others."""

import subprocess
from pathlib import Path

import msgspec
import promql_parser
import pytest

from schemas import names
from schemas.definition.model import (
    Calendar,
    Condition,
    Conversion,
    Count,
    Definition,
    Distribution,
    Formula,
    Growth,
    Lifecycle,
    Metric,
    NetPart,
    NetRetention,
    Part,
    Plain,
    Quantile,
    Ratio,
    RollingDays,
    Share,
    Unit,
    Value,
    Window,
)
from services.provisioner.addresses import Addresses
from services.provisioner.boards.rows.segments import of_north_star, segments_row
from services.provisioner.expressions import volume
from services.provisioner.rules.absence import absent
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.impossible import impossible, never_negative, part_of_whole
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule, to_yaml
from services.provisioner.units import whole_numbers
from services.provisioner.words import metric as in_words
from streams.segmentation import segmented_by
from tests.services.provisioner.example import shop
from tests.services.provisioner.placed import all_expressions
from tests.streams.arithmetic import tree

VALUES: dict[str, tuple[Value, Window]] = {
    "refunds_in_100": (Formula(tree("refunds / orders * 100")), Calendar(Unit.WEEK)),
    "order_growth": (Growth("orders"), Calendar(Unit.MONTH)),
    "value": (Formula(tree("revenue / orders")), Calendar(Unit.DAY)),
    "value_growth": (Growth("average_order_value", 4), RollingDays(7)),
    "share_of_two": (Share("orders", "city", ("Utrecht", "Ede")), RollingDays(7)),
    "slow": (Quantile("delivery", "0.95"), RollingDays(7)),
    "tail": (Ratio("slow", "usual"), RollingDays(7)),
    "usual": (Quantile("delivery", "0.5"), RollingDays(7)),
}


def starring(name: str) -> Definition:
    """The shop with these metrics as well, one of them its north star."""
    more = {one: Metric(name=one, value=value, windows=(window,)) for one, (value, window) in VALUES.items()}
    definition = shop()
    delivery = Distribution(
        name="delivery",
        property="minutes",
        decimals=0,
        unit="min",
        source="shop",
        of="delivered",
        by_dimension=("city",),
    )
    star = msgspec.structs.replace(definition.north_star, metric=name, inputs=())
    measures = definition.measures | {"delivery": delivery}
    return msgspec.structs.replace(definition, measures=measures, metrics=definition.metrics | more, north_star=star)


@pytest.mark.parametrize("name", VALUES)
def test_promtool_accepts_their_rules_and_a_parser_their_panels(name: str, tmp_path: Path) -> None:
    definition = starring(name)
    file = tmp_path / "rules.yml"
    file.write_text(to_yaml(rule_groups(definition), Addresses()), encoding="utf-8")
    command = ["promtool", "check", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    placed = all_expressions(definition)
    assert any(name in one.text for one in placed)
    for one in placed:
        promql_parser.parse(one.text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("refunds_in_100", "Reckoned as refunds / orders * 100, over the running week"),
        ("order_growth", "The change against one period before, as a part of what it was then, of completed orders"),
        ("value_growth", "The change against 4 periods before, as a part of what it was then, of average order value"),
        ("share_of_two", "The part with city Utrecht or Ede of all completed orders, over the last 7 local days"),
        ("slow", "What 95 % of all minutes of delivered events do not exceed, within 1 %, over the last 7 local days"),
    ],
)
def test_they_are_told_in_words(name: str, words: str) -> None:
    definition = starring(name)
    assert in_words(definition, definition.metrics[name]).startswith(words)


@pytest.mark.parametrize("name", VALUES)
def test_having_no_value_over_nothing_pages_nobody(name: str) -> None:
    definition = starring(name)
    rule = absent(definition, definition.metrics[name], Limits())
    assert f"unless on () (max({names.METRIC_DENOMINATOR}" in rule.expression


def test_a_share_or_quotient_rests_on_its_whole_and_only_what_can_fall_below_0_may() -> None:
    metrics = starring("order_growth").metrics
    resting = [name for name in VALUES if names.METRIC_DENOMINATOR in (volume(starring(name), metrics[name]) or "")]
    assert resting == ["value", "share_of_two"]
    others = [name for name in VALUES if names.METRIC_VOLUME in (volume(starring(name), metrics[name]) or "")]
    assert [*resting, *others] == ["value", "share_of_two", *(name for name in VALUES if name not in resting)]
    assert volume(shop(), shop().metrics["new_customers"]) is None
    assert [name for name in VALUES if never_negative(starring(name), metrics[name])] == ["share_of_two"]
    assert "< 0)" not in impossible(starring("order_growth"), Limits()).expression


def living(value: Value) -> Definition:
    """The shop with its customers' lifecycle, and a metric of it for a north star."""
    definition = starring("order_growth")
    parts = {
        f"users.{part.value}": Lifecycle(
            name=f"users.{part.value}", entity=("user_id",), source="shop", of="order_completed", part=part
        )
        for part in Part
    }
    star = Metric(name="star", value=value, windows=(Calendar(Unit.MONTH),))
    return msgspec.structs.replace(
        definition,
        measures=definition.measures | parts,
        metrics={**definition.metrics, "star": star},
        north_star=msgspec.structs.replace(definition.north_star, metric="star"),
    )


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Part.NEW, "active for the first time ever, by order_completed events"),
        (Part.RETAINED, "active now and in the period before, by"),
        (Part.RESURRECTED, "active now and once, but not in the period before, by"),
        (Part.DORMANT, "active in the period before and not now, by"),
        (Part.ACTIVE, "active now, by"),
    ],
)
def test_a_part_of_a_lifecycle_is_told_in_words_and_counts_things(part: Part, words: str) -> None:
    definition = living(Plain(f"users.{part.value}"))
    star = definition.metrics["star"]
    assert in_words(definition, star).startswith(f"Different user_id {words}")
    assert whole_numbers(definition, star)
    assert never_negative(definition, star)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (NetPart.KEPT, "over order_completed events, of each user_id for whom that of the period before is above 0"),
        (NetPart.BASE, "over order_completed events of the period before, of each user_id where it is above 0"),
    ],
)
def test_a_part_of_a_net_retention_is_told_in_words_and_what_is_kept_may_be_negative(part: NetPart, words: str) -> None:
    definition = living(Plain("paid"))
    paid = NetRetention(
        name="paid", source="shop", of="order_completed", property="amount", entity=("user_id",), part=part
    )
    definition = msgspec.structs.replace(definition, measures={**definition.measures, "paid": paid})
    star = definition.metrics["star"]
    assert in_words(definition, star).startswith(f"The sum of amount {words}")
    assert not whole_numbers(definition, star)
    assert not never_negative(definition, star)


def test_a_conversion_is_told_in_words_with_what_its_conditions_are_asked_of() -> None:
    definition = shop()
    activated = Conversion(
        name="activated",
        source="shop",
        of="signed_up",
        to="order_completed",
        entity=("user_id",),
        within_ms=14 * 86_400_000,
        where=(Condition("country", "=", "NL"),),
    )
    signed_up = Count(name="signed_up", source="shop", of="signed_up", where=activated.where)
    measures = {**definition.measures, "activated": activated, "signed_up": signed_up}
    definition = msgspec.structs.replace(definition, measures=measures)
    plain = Metric(name="activated", value=Plain("activated"), windows=(Calendar(Unit.MONTH),))
    assert in_words(definition, plain).startswith(
        "Signed_up events where country = NL that one of order_completed of the same user_id follows within 14 days"
    )
    assert whole_numbers(definition, plain)
    assert never_negative(definition, plain)
    assert part_of_whole(definition, Ratio("activated", "signed_up"))
    everywhere = {**measures, "signed_up": msgspec.structs.replace(signed_up, where=())}
    assert not part_of_whole(msgspec.structs.replace(definition, measures=everywhere), Ratio("activated", "signed_up"))


def test_the_new_retained_and_resurrected_are_part_of_the_active_and_the_dormant_are_not() -> None:
    parts = [
        part for part in Part if part_of_whole(living(Plain("orders")), Ratio(f"users.{part.value}", "users.active"))
    ]
    assert parts == [Part.NEW, Part.RETAINED, Part.RESURRECTED, Part.ACTIVE]
    assert not part_of_whole(living(Plain("orders")), Ratio("users.active", "users.new"))


@pytest.mark.parametrize(("at_least", "sure"), [(1, True), (2, False)])
def test_who_orders_first_is_part_of_whom_orders_once_and_not_of_whom_orders_twice(
    at_least: int, *, sure: bool
) -> None:
    definition = shop()
    customers = msgspec.structs.replace(definition.measures["customers"], at_least=at_least)
    definition = msgspec.structs.replace(definition, measures={**definition.measures, "customers": customers})
    assert part_of_whole(definition, Ratio("first_orders", "customers")) is sure


@pytest.mark.parametrize("value", [Plain("users.dormant"), Ratio("users.retained", "users.active")])
def test_promtool_accepts_the_rules_of_a_lifecycle(value: Value, tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(to_yaml(rule_groups(living(value)), Addresses()), encoding="utf-8")
    command = ["promtool", "check", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for one in all_expressions(living(value)):
        promql_parser.parse(one.text)


def test_a_quantile_by_city_has_its_panels_and_its_rule_and_no_share_of_the_change() -> None:
    definition = starring("slow")
    assert segmented_by(definition, "slow") == segmented_by(definition, "tail") == ("city",)
    ((through_time, changes),) = (
        [tile.panel for tile in line.tiles] for line in segments_row(definition, of_north_star(definition)).lines
    )
    assert str(through_time.title) == "Slow by city"
    assert "The parts do not add up to the whole." in str(through_time.description)
    assert "what is beyond the limit is 'other'" in str(through_time.description)
    assert "the parts do not add up to it" in str(changes.description)
    rules = [rule for group in rule_groups(definition) for rule in group.rules]
    (fall,) = [rule for rule in rules if isinstance(rule, Rule) and rule.alert == "NorthStarSegmentDrop"]
    assert 'metric="slow",window="7d",segment=~".+"' in fall.expression


def test_what_rests_on_a_share_is_split_by_nothing() -> None:
    definition = starring("order_growth")
    assert segmented_by(definition, "order_growth") == ("city",)
    assert segmented_by(definition, "share_of_two") == ()


def test_a_quotient_over_refunds_may_be_of_less_than_nothing_and_over_what_is_counted_not() -> None:
    over_counted, over_amount = (
        msgspec.structs.replace(shop().metrics["refund_ratio"], value=Ratio("refunds", name))
        for name in ("orders", "revenue")
    )
    definition = shop()
    for metric, none in ((over_counted, "<= 0"), (over_amount, "== 0")):
        star = msgspec.structs.replace(definition.north_star, metric=metric.name, inputs=())
        found = msgspec.structs.replace(
            definition, metrics={**definition.metrics, metric.name: metric}, north_star=star
        )
        assert f"{none})" in impossible(found, Limits()).expression
