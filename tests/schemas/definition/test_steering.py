"""What a company steers by is read as it was written."""

from datetime import date
from fractions import Fraction

import msgspec
import pytest

from schemas.definition.answering import better_of, owner_of
from schemas.definition.loading import parse
from schemas.definition.model import Definition
from schemas.definition.steering import (
    Campaign,
    Change,
    Expected,
    Hold,
    Holiday,
    Initiative,
    KeyResult,
    Milestone,
    NorthStar,
    Objective,
    Reach,
    Target,
    exact,
)
from tests.schemas.definition.texts import STEERED, line_of, with_line

STAR = line_of("north_star:")
RESULTS = "okrs: [{objective: More, key_results: [%s]}]\n"


def result(said: str) -> KeyResult:
    """The one key result that says so."""
    (objective,) = parse(STEERED.partition("\nokrs:")[0] + "\n" + RESULTS % said).okrs
    return objective.key_results[0]


def star(said: str) -> NorthStar:
    return parse(with_line(STAR, f"north_star: {{metric: orders, {said}}}")).north_star


def test_a_target_has_a_way_an_owner_and_a_runbook() -> None:
    definition = parse(STEERED)
    assert definition.targets == {
        "average_order_value": Target(
            metric="average_order_value",
            target=40,
            base=31.5,
            since=date(2026, 1, 1),
            by=date(2026, 12, 31),
            owner="Grace",
            runbook="docs/average-order-value.md",
        ),
        "hours_per_active": Target(
            metric="hours_per_active",
            target=1,
            base=3,
            since=date(2026, 1, 1),
            by=date(2026, 12, 31),
            path=(Milestone(by=date(2026, 6, 30), value=2), Milestone(by=date(2026, 12, 31), value=1)),
            better="lower",
        ),
    }
    assert [one.metric for one in definition.aims()] == ["repeat_orders_per_customer", *definition.targets]


def test_the_last_milestone_is_the_target() -> None:
    said = star("base: 1, path: [{by: 2026-06-30, value: 2}, {by: 2026-12-31, value: 3}]")
    assert (said.target, said.by) == (3, date(2026, 12, 31))
    same = star("base: 1, target: 3, by: 2026-12-31, path: [{by: 2026-06-30, value: 2}, {by: 2026-12-31, value: 3}]")
    assert same == said
    assert star("target: 3, base: 1, from: 2026-01-01, by: 2026-12-31, path: linear").path == ()


def test_objectives_hold_key_results_of_three_forms() -> None:
    since, by = date(2026, 1, 1), date(2026, 12, 31)
    assert parse(STEERED).okrs == (
        Objective(
            name="Whoever bought once comes back",
            owner="Ada",
            key_results=(
                KeyResult(
                    name="repeat_orders_per_customer +15%",
                    metric="repeat_orders_per_customer",
                    aim=Change(15),
                    base=1.2,
                    since=since,
                    by=by,
                ),
                KeyResult(
                    name="Half it",
                    metric="hours_per_active",
                    aim=Reach(1.5),
                    base=3,
                    since=since,
                    by=by,
                    better="lower",
                    owner="Grace",
                ),
                KeyResult(
                    name="average_order_value 35 for 4w",
                    metric="average_order_value",
                    aim=Hold(35, 28),
                    base=31.5,
                    since=since,
                    by=by,
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("said", "target", "better"),
    [
        ("change: +15%, base: 1.2", Fraction("1.38"), "higher"),
        ("change: -2.5 %, base: 40", Fraction(39), "lower"),
        ("change: +10%, base: -20", Fraction(-18), "higher"),
        ("reach: 0.1, base: 0.3", Fraction(1, 10), "lower"),
        ("reach: 0.1", Fraction(1, 10), "higher"),
        ("reach: 0.1, better: lower", Fraction(1, 10), "lower"),
        ("hold: 1e3, for: 10d", Fraction(1000), "higher"),
    ],
)
def test_what_a_key_result_aims_at_is_exact_and_its_direction_follows(said: str, target: Fraction, better: str) -> None:
    found = result(f"{{metric: orders, {said}}}")
    assert (found.target, found.better) == (target, better) or "hold" in said
    if "hold" in said:  # orders are read over an hour: 10 days of them are 240 readings
        assert (found.target, found.aim) == (target, Hold(1000.0, 10))


def test_a_number_is_the_decimal_that_was_written() -> None:
    assert [exact(one) for one in (0.1, 1e16, 2.0, -0.3)] == [
        Fraction(1, 10),
        Fraction(10**16),
        Fraction(2),
        Fraction(-3, 10),
    ]


def test_initiatives_say_what_they_mean_to_move() -> None:
    assert parse(STEERED).initiatives == (
        Initiative(
            name="New checkout",
            start=date(2026, 3, 1),
            end=date(2026, 5, 31),
            owner="Ada",
            expects=Expected(metric="orders", percent=5),
        ),
        Initiative(name="Fewer boxes", start=date(2026, 4, 1), end=date(2026, 4, 1)),
    )


def test_the_calendar_holds_the_days_that_are_not_like_others() -> None:
    calendar = parse(STEERED).calendar
    assert calendar.holidays == (Holiday(date=date(2026, 12, 25), name="Christmas"),)
    assert calendar.campaigns == (
        Campaign(name="Black Friday", start=date(2026, 11, 27), end=date(2026, 11, 30)),
        Campaign(name="Black Friday", start=date(2025, 11, 28), end=date(2025, 12, 1)),
    )


def test_who_answers_is_whoever_is_named_nearest_to_the_metric() -> None:
    definition = parse(STEERED)
    assert owner_of(definition, "repeat_orders_per_customer") == "Board"
    assert owner_of(definition, "average_order_value") == "Grace"
    assert owner_of(definition, "hours_per_active") == "Lin"
    assert owner_of(definition, "orders") == "Shop"
    assert owner_of(definition, "first_order_customers") == ""


def test_which_way_is_better_is_told_by_target_key_result_or_limit() -> None:
    definition = parse(STEERED)
    assert better_of(definition, "repeat_orders_per_customer") == "higher"
    assert better_of(definition, "hours_per_active") == "lower"
    assert better_of(definition, "first_order_customers") == "lower"
    assert better_of(definition, "orders") == ""


def test_it_is_kept_as_json_and_found_again() -> None:
    definition = parse(STEERED)
    assert msgspec.json.decode(msgspec.json.encode(definition), type=Definition) == definition
