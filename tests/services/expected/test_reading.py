"""Which cells a metric's past is told by: of the whole alone, where that is enough."""

from pathlib import Path

import pytest

from schemas.definition import model
from schemas.definition.loading import load, parse
from services.expected.reading import needs_of

FOLDER = Path(__file__).parents[3] / "deploy/definitions"
DEFINITIONS = sorted([*FOLDER.glob("*.yaml"), *FOLDER.glob("*/nsm.yaml")])
ON_A_SHARE = """\
company: Shop
time_zone: UTC
events: {topic: shop, keyed_by: user_id}
dimensions: {city: {property: city, limit: 5}}
measures:
  orders: {count: order_completed, by_dimension: [city]}
  amounts: {distribution: order_completed.amount, decimals: 0, by_dimension: [city]}
metrics:
  orders: {measure: orders, window: {calendar: day}}
  in_ede: {share: {of: orders, segment: {city: Ede}}, window: {calendar: day}}
  percent: {formula: in_ede * 100, window: {calendar: day}}
  twice: {formula: orders * 2, window: {calendar: day}}
  median: {quantile: 0.5, of: amounts, window: {calendar: day}}
  both: {formula: median * in_ede, window: {calendar: day}}
north_star: {metric: orders}
"""


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_share_needs_segments_a_quantile_bins_and_a_count_neither_whatever_they_are_called(file: Path) -> None:
    definition = load(file)
    for name, metric in definition.metrics.items():
        found = needs_of(definition, name)
        match metric.value:
            case model.Share():
                assert found == "all"
            case model.Quantile():
                assert found == "bins"
            case model.Plain():  # often named like its measure
                assert found == "whole"
            case _:
                pass


def test_what_stands_on_a_share_needs_what_the_share_does() -> None:
    definition = parse(ON_A_SHARE, "nsm.yaml")
    found = {name: needs_of(definition, name) for name in definition.metrics}
    assert found == {
        "orders": "whole",
        "in_ede": "all",
        "percent": "all",
        "twice": "whole",
        "median": "bins",
        "both": "all",
    }
