"""Which metrics cannot be told without the parts of their cells."""

from pathlib import Path

import pytest

from schemas.definition import model
from schemas.definition.loading import load, parse
from services.expected.reading import rests_on_parts

FOLDER = Path(__file__).parents[3] / "deploy/definitions"
DEFINITIONS = sorted([*FOLDER.glob("*.yaml"), *FOLDER.glob("*/nsm.yaml")])
ON_A_SHARE = """\
company: Shop
time_zone: UTC
events: {topic: shop, keyed_by: user_id}
dimensions: {city: {property: city, limit: 5}}
measures:
  orders: {count: order_completed, by_dimension: [city]}
metrics:
  orders: {measure: orders, window: {calendar: day}}
  in_ede: {share: {of: orders, segment: {city: Ede}}, window: {calendar: day}}
  percent: {formula: in_ede * 100, window: {calendar: day}}
  twice: {formula: orders * 2, window: {calendar: day}}
north_star: {metric: orders}
"""


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_shares_and_quantiles_rest_on_parts_and_counts_do_not_whatever_they_are_called(file: Path) -> None:
    definition = load(file)
    for name, metric in definition.metrics.items():
        found = rests_on_parts(definition, name)
        match metric.value:
            case model.Share() | model.Quantile():
                assert found
            case model.Plain(measure):  # often named like its measure
                assert found == isinstance(definition.measures[measure], model.Distribution)
            case _:
                pass


def test_what_stands_on_a_share_rests_on_parts_too() -> None:
    definition = parse(ON_A_SHARE, "nsm.yaml")
    found = {name: rests_on_parts(definition, name) for name in definition.metrics}
    assert found == {"orders": False, "in_ede": True, "percent": True, "twice": False}
