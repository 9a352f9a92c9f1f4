"""A version names all that decides what is counted, and nothing else."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from schemas.definition import model, steering
from schemas.definition.loading import load
from schemas.definition.model import Definition
from streams.plan import compile_plan
from streams.plan.places import space_of
from tests.streams.folding import DAY, definition, the_source


def replaced(**changes: object) -> Callable[[Definition], Definition]:
    """The same definition with these fields changed."""
    return lambda one: msgspec.structs.replace(one, **changes)


def with_source(**changes: object) -> Callable[[Definition], Definition]:
    """With its source changed."""
    return lambda one: msgspec.structs.replace(one, sources=(msgspec.structs.replace(one.sources[0], **changes),))


def with_measure(name: str, **changes: object) -> Callable[[Definition], Definition]:
    """With one measure changed."""
    return lambda one: msgspec.structs.replace(
        one, measures=one.measures | {name: msgspec.structs.replace(one.measures[name], **changes)}
    )


def with_metric(name: str, **changes: object) -> Callable[[Definition], Definition]:
    """With one metric changed."""
    return lambda one: msgspec.structs.replace(
        one, metrics=one.metrics | {name: msgspec.structs.replace(one.metrics[name], **changes)}
    )


def where(*conditions: model.Condition) -> Callable[[Definition], Definition]:
    """With these conditions on two kinds of measure."""
    one, other = with_measure("orders", where=conditions), with_measure("firsts", where=conditions)
    return lambda definition: other(one(definition))


def reversed_file(one: Definition) -> Definition:
    """The same in another order."""
    return msgspec.structs.replace(
        one, measures=dict(reversed(one.measures.items())), metrics=dict(reversed(one.metrics.items()))
    )


MORE = steering.KeyResult(name="more", metric="m_orders", aim=steering.Hold(5, 28), base=3)
COUNTED_ALIKE = [
    replaced(company="Another"),
    replaced(north_star=steering.NorthStar(metric="m_orders", target=3)),
    replaced(guardrails=(steering.Guardrail(metric="m_orders", max=1),)),
    replaced(phase="mature"),
    replaced(departments={"shop": steering.Department(metrics=("m_orders",))}),
    replaced(targets={"m_orders": steering.Target(metric="m_orders", target=5)}),
    replaced(okrs=(steering.Objective(name="More", key_results=(MORE,)),)),
    replaced(initiatives=(steering.Initiative(name="More", start=date(2026, 1, 1), end=date(2026, 1, 2)),)),
    replaced(calendar=steering.CompanyCalendar(holidays=(steering.Holiday(date=date(2026, 1, 1), name="New Year"),))),
    replaced(silences=(model.Silence("no-guardrail", "we know"),)),
    with_source(supplied_by="another company"),
    with_measure("orders", description="said otherwise", unit="orders"),
    with_metric("m_orders", description="said otherwise"),
    replaced(dimensions={"city": model.Dimension(name="city", property="city", limit=9, values=("Ede",))}),
    reversed_file,
]
COUNTED_OTHERWISE = [
    replaced(time_zone="Asia/Kathmandu"),
    replaced(week_starts="sunday"),
    with_source(lateness_ms=DAY),
    with_source(dedupe_ms=0),
    with_source(ahead_ms=1),
    with_source(topic="another"),
    with_source(keyed_by="account_id"),
    with_source(format=model.CloudEventsFormat()),
    with_source(format=model.FlatFormat(time="ts")),
    with_measure("orders", of="view"),
    with_measure("orders", where=(model.Condition("city", "=", "Ede"),)),
    with_measure("orders", by_dimension=()),
    with_measure("revenue", decimals=3),
    with_measure("revenue", property="total"),
    with_measure("amounts", property="total"),
    with_measure("repeats_3d", within_ms=4 * DAY),
    with_measure("customers", at_least=2),
    with_measure("converted", to="visit"),
    with_measure("converted", within_ms=DAY),
    with_measure("regulars", at_least=3),
    with_metric("m_customers", windows=(model.RollingDays(5),)),
    replaced(dimensions={"city": model.Dimension(name="city", property="town")}),
]

IN_NL, PRO, MANY = (
    model.Condition("country", "=", "NL"),
    model.Condition("plan", "in", ("pro", "team", 1)),
    model.Condition("items.qty", ">", 1),
)
SAID_OTHERWISE = [
    (where(IN_NL, PRO, MANY), where(MANY, PRO, IN_NL, PRO)),
    (where(PRO), where(model.Condition("plan", "in", (1.0, "team", "pro", 1)))),
    (where(IN_NL), where(model.Condition("country", "in", ("NL",)))),
    (where(MANY), where(model.Condition("items.qty", ">", 1.0))),
]
SAID_APART = [
    (where(MANY), where(model.Condition("items.qty", ">", 1.5))),
    (where(model.Condition("big", "=", True)), where(model.Condition("big", "=", 1))),
    (where(model.Condition("big", "=", "1")), where(model.Condition("big", "=", 1))),
    (where(IN_NL, PRO), where(IN_NL)),
]


@pytest.mark.parametrize(("change", "other"), SAID_OTHERWISE)
def test_what_is_only_said_otherwise_is_one_version_and_one_layout_of_records(
    change: Callable[[Definition], Definition], other: Callable[[Definition], Definition]
) -> None:
    plans = compile_plan(change(definition())), compile_plan(other(definition()))
    assert plans[0].version == plans[1].version
    spaces = [[[placed.choice for placed in space.places] for space in the_source(plan).spaces] for plan in plans]
    assert spaces[0] == spaces[1]
    choices = [[additive.choice for additive in the_source(plan).additives] for plan in plans]
    assert choices[0] == choices[1]


def test_entities_of_properties_with_signs_of_ours_have_records_of_their_own() -> None:
    entities = [
        ("till", "shop"),
        ("till+shop",),
        ("till\\+shop",),
        ("till", "+shop"),
        ("till+", "shop"),
        ("till",),
        ("till|city",),
    ]
    whole = [space_of(one) for one in entities]
    by_city = [f"{name}|city" for name in whole]
    assert len({*whole, *by_city}) == 2 * len(entities)
    assert space_of(("user_id", "items.sku")) == "user_id+items.sku"


def test_a_dimension_that_splits_nothing_is_none() -> None:
    town = {"town": model.Dimension(name="town", property="town")}
    with_town = replaced(dimensions=definition().dimensions | town)
    assert compile_plan(with_town(definition())).version == compile_plan(definition()).version


@pytest.mark.parametrize(("change", "other"), SAID_APART)
def test_conditions_that_choose_other_events_are_other_versions(
    change: Callable[[Definition], Definition], other: Callable[[Definition], Definition]
) -> None:
    assert compile_plan(change(definition())).version != compile_plan(other(definition())).version


@pytest.mark.parametrize("change", COUNTED_ALIKE)
def test_what_is_only_shown_changes_no_version(change: Callable[[Definition], Definition]) -> None:
    assert compile_plan(change(definition())).version == compile_plan(definition()).version


def test_definitions_of_before_there_were_thresholds_keep_their_version() -> None:
    """Theirs change when their text does, or ``FOLD``: then what was folded is folded anew."""
    folder = Path(__file__).parents[2] / "deploy" / "definitions"
    versions = {name: compile_plan(load(folder / f"{name}.yaml")).version for name in ("cdnow", "online_retail")}
    assert versions == {"cdnow": "ee31b85111", "online_retail": "79cd9169dc"}


@pytest.mark.parametrize("change", COUNTED_OTHERWISE)
def test_what_changes_a_count_is_another_version(change: Callable[[Definition], Definition]) -> None:
    assert compile_plan(change(definition())).version != compile_plan(definition()).version
