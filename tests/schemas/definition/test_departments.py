"""Who steers by what, where a target began, and whose data a source is."""

import pytest

from schemas.definition.loading import parse, parse_placed
from schemas.definition.model import Silence
from schemas.definition.steering import Department
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD, line_of, with_line

STAR = "north_star: {metric: orders, %s}"


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    return caught.value.faults


def test_departments_hold_their_metrics_in_order() -> None:
    said = (
        "departments: {shop: [orders, average_order_value], sales: [orders], audio: hours_per_active, hr: [], it: }\n"
    )
    assert {name: one.metrics for name, one in parse(GOOD + said).departments.items()} == {
        "shop": ("orders", "average_order_value"),
        "sales": ("orders",),
        "audio": ("hours_per_active",),
        "hr": (),
        "it": (),
    }
    assert parse(GOOD).departments == {}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("{shop: [order]}", 'departments.shop[0]: there is no metric "order"; did you mean "orders"?'),
        ("{shop: [revenue]}", 'departments.shop[0]: "revenue" is a measure, not a metric'),
        (
            "{shop: [orders, average_order_value, hours_per_active, first_order_customers]}",
            "departments.shop: steers by 4 metrics; at most 3, or none of them decides anything (too-many-kpis)",
        ),
        ("{shop: [orders, orders]}", 'departments.shop: names "orders" twice'),
        ("{shop: [[orders]]}", "departments.shop[0]: must be text"),
        ("{Shop Floor: [orders]}", "begins with a letter, such as shop_floor"),
        ("[shop]", "departments: must be a mapping from names to lists of metrics"),
        ("{shop: {metric: [orders], metrics: []}}", 'departments.shop.metric: is no key here; did you mean "metrics"?'),
        ("{shop: {owner: Ada}}", 'departments.shop: lacks "metrics"'),
        ("{shop: {metrics: [order]}}", 'departments.shop.metrics[0]: there is no metric "order"'),
        ("{shop: {metrics: [], runbook: see the wiki}}", 'departments.shop.runbook: "see the wiki" is no link'),
    ],
)
def test_a_department_that_is_written_wrongly_is_told_at_its_line(said: str, fault: str) -> None:
    (line,) = faults_of(f"{GOOD}departments: {said}\n")
    assert line.startswith(f"nsm.yaml:{len(GOOD.splitlines()) + 1}: ")
    assert fault in line


def test_a_department_may_say_who_answers_for_it_and_what_to_do() -> None:
    said = "departments: {shop: {metrics: [orders], owner: Ada, runbook: https://wiki.example.com/shop}}\n"
    assert parse(GOOD + said).departments == {
        "shop": Department(metrics=("orders",), owner="Ada", runbook="https://wiki.example.com/shop")
    }


def test_three_metrics_a_department_are_not_too_many() -> None:
    three = ("orders", "average_order_value", "hours_per_active")
    said = f"departments: {{shop: [{', '.join(three)}]}}\n"
    assert parse(GOOD + said).departments == {"shop": Department(metrics=three)}


def test_a_target_may_have_a_base_on_the_side_that_it_comes_from() -> None:
    star = line_of("north_star:")
    for said, base in (
        ("target: 2, base: 1", 1),
        ("target: 2, base: 2", 2),
        ("target: 1, base: 3, better: lower", 3),
        ("target: 2", None),
    ):
        assert parse(with_line(star, STAR % said)).north_star.base == base
    for said, fault in (
        ("target: 2, base: 3", "target: is below its base of 3, although higher is better"),
        ("target: 2, base: 1.5, better: lower", "target: is above its base of 1.5, although lower is better"),
        ("base: 1", "base: says where it stood, but there is no target to reach"),
        ("target: 2, base: low", '"low" is not a finite number'),
    ):
        (line,) = faults_of(with_line(star, STAR % said))
        assert line.startswith(f"nsm.yaml:{star}: north_star.")
        assert fault in line


def test_a_source_may_say_who_supplies_it() -> None:
    topic = line_of("  topic:")
    assert parse(GOOD).sources[0].supplied_by == ""
    text = with_line(topic, "  topic: product-events\n  supplied_by: Trunkrs B.V.")
    assert parse(text).sources[0].supplied_by == "Trunkrs B.V."
    (line,) = faults_of(with_line(topic, "  topic: product-events\n  supplied_by: ''"))
    assert line.startswith(f"nsm.yaml:{topic + 1}: events.supplied_by: is empty")


def test_what_is_silenced_is_read_with_its_reason() -> None:
    said = "check:\n  silence:\n  - rule: no-guardrail\n    because: >\n      nothing here\n      could suffer\n"
    assert parse(GOOD + said).silences == (Silence("no-guardrail", "nothing here could suffer"),)
    assert parse(GOOD + "check: {}\n").silences == ()


def test_every_part_of_the_file_is_found_by_its_path() -> None:
    placed = parse_placed(GOOD)
    assert placed.definition == parse(GOOD)
    assert placed.at("measures.revenue.sum").line == line_of("  revenue:")
    assert placed.at("nowhere", "north_star.inputs[1]").line == line_of("north_star:")
    assert placed.at("nowhere") == ("nowhere", 1)
