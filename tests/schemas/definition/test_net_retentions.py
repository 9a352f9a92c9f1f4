"""A net retention is two measures, each named by its part."""

import pytest

from schemas.definition.loading import parse
from schemas.definition.model import NetPart, NetRetention, Ratio
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD

HEAD, TAIL = GOOD.split("metrics:\n")
PAID = "  paid: {net_retention: invoice_paid.amount, unit: EUR}\n"
SHOWN = "  kept: {ratio: [paid.kept, paid.base], window: {calendar: month}}\n"
MEASURE, METRIC = HEAD.count("\n") + 1, HEAD.count("\n") + 3


def written(measure: str = PAID, metric: str = SHOWN) -> str:
    """The good definition with a net retention, and a metric of it."""
    return f"{HEAD}{measure}metrics:\n{metric}{TAIL}"


def test_each_part_is_a_measure_in_units_as_a_sum_has_them() -> None:
    good = parse(written())
    parts = {name: one for name, one in good.measures.items() if name.startswith("paid")}
    assert parts == {
        f"paid.{part.value}": NetRetention(
            name=f"paid.{part.value}",
            source="events",
            of="invoice_paid",
            property="amount",
            decimals=2,
            unit="EUR",
            entity=("user_id",),
            part=part,
        )
        for part in NetPart
    }
    assert [part.value for part in NetPart] == ["base", "kept"]
    assert good.metrics["kept"].value == Ratio("paid.kept", "paid.base")


@pytest.mark.parametrize(
    "value",
    [
        "measure: paid.kept",
        'formula: "(paid.base - paid.kept) / paid.base * 100"',
        "growth: {of: paid.base}",
        "ratio: [paid.kept, revenue]",
    ],
)
def test_a_part_stands_wherever_a_measure_may(value: str) -> None:
    metric = f"  kept: {{{value}, window: [{{calendar: quarter}}, {{calendar: month}}]}}\n"
    assert parse(written(metric=metric)).metrics["kept"]


FAULTS = [
    (METRIC, PAID, SHOWN.replace("paid.kept", "paid.kep"), 'did you mean "paid.kept"?'),
    (
        METRIC,
        PAID,
        "  kept: {measure: paid, window: {calendar: month}}\n",
        '"paid" is several measures; name one: paid.base or paid.kept',
    ),
    (METRIC, PAID, SHOWN.replace("{calendar: month}", "{rolling: 28d}"), "compares a calendar period with the one"),
    (METRIC, PAID, SHOWN.replace("{calendar: month}", "lifetime"), "so that it cannot be read over lifetime"),
    (MEASURE, PAID.replace("}", ", of: any}"), "", "of: is no key here"),
    (MEASURE, PAID.replace("}", ", decimals: 12}"), "", "is not a whole number from 0 to 9"),
    (MEASURE, PAID.replace(".amount", ""), "", "write TYPE.PROPERTY"),
    (MEASURE, PAID.replace("}", ", by: [user_id, items.sku]}"), "", "has its amount from the event"),
    (
        MEASURE,
        PAID.replace("invoice_paid.amount", "com.shop.listened.value"),
        "",
        "write {of: com.shop.listened, property: value}",
    ),
    (
        MEASURE,
        PAID.replace("invoice_paid.amount", "order_completed.value").replace("EUR", "USD"),
        "",
        'sums value as "USD", but revenue sums it as "EUR"',
    ),
    (
        MEASURE,
        PAID.replace("amount", "items.price").replace("}", ", where: items.qty > 0}"),
        "",
        "is summed over all of them",
    ),
]


@pytest.mark.parametrize(("line", "measure", "metric", "told"), FAULTS)
def test_a_fault_is_told_once_at_its_own_line(line: int, measure: str, metric: str, told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(written(measure, metric))
    assert len(caught.value.faults) == 1, caught.value.faults
    assert caught.value.faults[0].startswith(f"nsm.yaml:{line}: ")
    assert told in caught.value.faults[0]
