"""A lifecycle is several measures, each named by its part."""

import pytest

from schemas.definition.loading import parse, parse_placed
from schemas.definition.model import Condition, Lifecycle, Part, Plain, Ratio
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD

HEAD, TAIL = GOOD.split("metrics:\n")
USERS = "  users: {lifecycle: user_id, of: order_completed, where: country = NL}\n"
SHOWN = "  retention: {ratio: [users.retained, users.active], window: {calendar: month}}\n"
MEASURE, METRIC = HEAD.count("\n") + 1, HEAD.count("\n") + 3


def written(measure: str = USERS, metric: str = SHOWN) -> str:
    """The good definition with a lifecycle, and a metric of it."""
    return f"{HEAD}{measure}metrics:\n{metric}{TAIL}"


def test_each_part_is_a_measure() -> None:
    good = parse(written())
    parts = {name: one for name, one in good.measures.items() if name.startswith("users")}
    assert parts == {
        f"users.{part.value}": Lifecycle(
            name=f"users.{part.value}",
            source="events",
            of="order_completed",
            entity=("user_id",),
            where=(Condition("country", "=", "NL"),),
            part=part,
        )
        for part in Part
    }
    assert [part.value for part in Part] == ["new", "retained", "resurrected", "dormant", "active"]
    assert good.metrics["retention"].value == Ratio("users.retained", "users.active")


def test_of_any_event_where_nothing_is_said() -> None:
    assert {one.of for one in parse(written("  users: {lifecycle: user_id}\n")).measures.values()} >= {"any"}


@pytest.mark.parametrize(
    "value",
    [
        "measure: users.retained",
        "measure: users.retained, per: users.active",
        'formula: "users.retained / (users.retained + users.dormant) * 100"',
        "growth: {of: users.active}",
        "ratio: [revenue, users.active]",
    ],
)
def test_a_part_stands_wherever_a_measure_may(value: str) -> None:
    metric = f"  retention: {{{value}, window: [{{calendar: week}}, {{calendar: month}}]}}\n"
    assert parse(written(metric=metric)).metrics["retention"]
    assert parse(written(metric=metric.replace("retention:", "retention_2:"))).metrics["retention_2"].windows


FAULTS = [
    (SHOWN.replace("users.retained", "users.retaind"), 'no measure or metric "users.retaind"; did you mean "users.ret'),
    (SHOWN.replace("users.retained", "user.dormant"), 'no measure or metric "user.dormant"; did you mean "users.dorm'),
    (
        "  retention: {measure: users, window: {calendar: month}}\n",
        '"users" is several measures; name one: users.new, users.retained, users.res',
    ),
    (SHOWN.replace("{calendar: month}", "{rolling: 28d}"), "users.retained compares a calendar period with the one"),
    (SHOWN.replace("{calendar: month}", "{rolling: 1h}"), "so that it cannot be read over 1h"),
    (SHOWN.replace("{calendar: month}", "lifetime"), "so that it cannot be read over lifetime"),
    (
        '  retention: {formula: "users.new / 2", window: [{calendar: day}, {rolling: 7d}]}\n',
        "so that it cannot be read over 7d; write {calendar: month}, or another period",
    ),
]


@pytest.mark.parametrize(("metric", "told"), FAULTS)
def test_what_no_lifecycle_tells_is_a_fault_of_the_metric(metric: str, told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(written(metric=metric))
    assert len(caught.value.faults) == 1, caught.value.faults
    assert caught.value.faults[0].startswith(f"nsm.yaml:{METRIC}: metrics.retention")
    assert told in caught.value.faults[0]


def test_the_window_is_judged_where_a_lifecycle_stands_under_a_metric_on_a_metric() -> None:
    above = SHOWN + "  above: {growth: {of: retention}, window: {rolling: 7d}}\n"
    with pytest.raises(DefinitionError, match=r"metrics.above.window: users.retained compares"):
        parse(written(metric=above))


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("  users: {lifecycle: user_id, by: user_id}\n", "by: is no key here"),
        ("  users: {lifecycle: user_id, by_dimension: citty}\n", 'there is no dimension "citty"'),
        ("  users: {lifecycle: user_id, at_least: 2}\n", "at_least: is no key here"),
        ("  users: {lifecycl: user_id}\n", 'did you mean "lifecycle"?'),
        ("  users: {lifecycle: user_id, count: order_completed}\n", "counts one thing, not count and lifecycle"),
    ],
)
def test_a_fault_of_a_lifecycle_is_told_once_at_its_own_line(measure: str, told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(written(measure, ""))
    assert len(caught.value.faults) == 1, caught.value.faults
    assert caught.value.faults[0].startswith(f"nsm.yaml:{MEASURE}: measures.users")
    assert told in caught.value.faults[0]


def test_a_part_is_found_where_the_lifecycle_stands() -> None:
    placed = parse_placed(written())
    assert placed.at("measures.users.retained.where").path == "measures.users.where"
    assert placed.at("measures.users.new").line == MEASURE


def test_a_metric_may_bear_the_name_of_the_lifecycle() -> None:
    good = parse(written(metric=SHOWN.replace("retention:", "users:")))
    assert good.metrics["users"].value != Plain("users")
