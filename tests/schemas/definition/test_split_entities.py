"""What counts entities is split by dimensions whose values are declared."""

import pytest

from schemas.definition.loading import parse
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD, line_of, with_line

DIMENSION = "  city: {property: city, limit: 20, values: [Utrecht, no]}"
MEASURES = {
    "customers": "{distinct: user_id, of: order_completed, at_least: 2, by_dimension: city}",
    "first_orders": "{first: order_completed, by_dimension: city}",
    "reorders_60d": "{repeat: order_completed, by: [user_id, items.sku], by_dimension: [city]}",
    "repeat_orders": "{repeat: order_completed, by: user_id, within: 3d, by_dimension: city}",
    "hours": "{conversion: [signed_up, order_completed], within: 3d, by_dimension: city}",
    "active": "{distinct: [account_id, items.sku], by_dimension: city}",
}


def good(name: str, measure: str) -> str:
    """The good definition with another measure in its place."""
    return with_line(line_of(f"  {name}:"), f"  {name}: {measure}")


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_of_entities_is_split_by_a_dimension_that_declares_its_values(name: str) -> None:
    assert parse(good(name, MEASURES[name])).measures[name].by_dimension == ("city",)


def test_every_part_of_a_life_is_split() -> None:
    text = GOOD.replace("metrics:\n", "  users: {lifecycle: user_id, by_dimension: city}\nmetrics:\n")
    lives = [measure for name, measure in parse(text).measures.items() if name.startswith("users.")]
    assert [one.by_dimension for one in lives] == [("city",)] * 5
    paid = "  paid: {net_retention: order_completed.value, unit: EUR, by_dimension: city}\n"
    kept = [
        measure
        for name, measure in parse(GOOD.replace("metrics:\n", f"{paid}metrics:\n")).measures.items()
        if "paid." in name
    ]
    assert [one.by_dimension for one in kept] == [("city",)] * 2


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize(
    ("dimension", "told"),
    [
        ("  city: {property: city}", "such as city: {property: city, values: [...]}"),
        ("  city: {property: items.city, values: [Utrecht]}", "is split by a property of the event itself"),
    ],
)
def test_without_values_or_of_items_it_is_refused_at_its_line(name: str, dimension: str, told: str) -> None:
    text = good(name, MEASURES[name]).replace(DIMENSION, dimension)
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    (fault,) = caught.value.faults
    assert fault.startswith(f"nsm.yaml:{line_of(f'  {name}:')}: measures.{name}.by_dimension: ")
    assert told in fault


def test_a_life_is_refused_once_and_a_count_is_not() -> None:
    text = GOOD.replace("metrics:\n", "  users: {lifecycle: user_id, by_dimension: city}\nmetrics:\n")
    with pytest.raises(DefinitionError) as caught:
        parse(text.replace(DIMENSION, "  city: {property: city}"))
    assert len(caught.value.faults) == 1
    assert 'measures.users.by_dimension: "city" declares no values' in caught.value.faults[0]
    assert parse(GOOD.replace(DIMENSION, "  city: {property: city}")).measures["orders"].by_dimension == ("city",)
