"""A version names all that decides what is counted, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.definition import model
from schemas.definition.loading import load
from schemas.definition.model import Definition
from streams.plan import compile_plan
from streams.plan.places import space_of
from tests.streams.changes import COUNTED_ALIKE, COUNTED_OTHERWISE, SAID_APART, SAID_OTHERWISE, replaced
from tests.streams.folding import definition, the_source


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
