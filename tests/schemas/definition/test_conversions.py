"""A conversion leads from one type of event to another, in a limited time."""

import pytest

from schemas.definition.loading import parse
from schemas.definition.model import Condition, Conversion
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD

HEAD, TAIL = GOOD.split("metrics:\n")
MADE = "  activated: {conversion: [signed_up, order_completed], within: 14d, where: country = NL}\n"
LINE = HEAD.count("\n") + 1


def written(measure: str) -> str:
    """The good definition with a conversion, read in every kind of window."""
    windows = "[{calendar: month}, {rolling: 28d}, {rolling: 1h}, lifetime]"
    return f"{HEAD}{measure}metrics:\n  activation: {{measure: activated, per: orders, window: {windows}}}\n{TAIL}"


def test_a_conversion_is_read_and_its_entity_is_what_the_topic_is_keyed_by() -> None:
    assert parse(written(MADE)).measures["activated"] == Conversion(
        name="activated",
        source="events",
        of="signed_up",
        to="order_completed",
        entity=("user_id",),
        within_ms=14 * 86_400_000,
        where=(Condition("country", "=", "NL"),),
    )
    pair = parse(written(MADE.replace("within", "by: [user_id, items.sku], within"))).measures["activated"]
    assert isinstance(pair, Conversion)
    assert pair.entity == ("user_id", "items.sku")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (", order_completed]", ", signed_up]", "must be two different types, such as [signed_up, order_completed]"),
        (", order_completed]", ", order_completed, c]", "must be two different types"),
        ("[signed_up, order_completed]", "signed_up", "must be two different types"),
        (", order_completed]", ", any]", "must be two different types"),
        (" within: 14d,", "", "it needs within, such as within: 14d"),
        ("14d", "0s", "is not between 1s and 3660d"),
        ("within", "witin", 'did you mean "within"?'),
        ("within", "of: any, within", "of: is no key here"),
    ],
)
def test_a_fault_is_told_at_its_line(old: str, new: str, told: str) -> None:
    assert MADE.count(old) == 1
    with pytest.raises(DefinitionError) as caught:
        parse(written(MADE.replace(old, new)))
    assert any(fault.startswith(f"nsm.yaml:{LINE}: ") and told in fault for fault in caught.value.faults)


def test_a_sum_of_a_type_with_dots_that_a_conversion_leads_to_names_its_type() -> None:
    measures = "  paid: {sum: com.shop.paid.value}\n  bought: {conversion: [seen, com.shop.paid], within: 1d}\n"
    with pytest.raises(DefinitionError, match=r"write \{of: com\.shop\.paid, property: value\}"):
        parse(GOOD.replace("metrics:\n", f"{measures}metrics:\n", 1))
