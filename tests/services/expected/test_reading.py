"""What has to be read of the past."""

from pathlib import Path

import pytest

from schemas.definition.loading import load
from schemas.definition.model import Quantile, Share
from services.expected.reading import rests_on_parts
from tests.services.provisioner.golden import ROOT

LIBRARY = sorted((ROOT / "deploy/definitions").glob("*/nsm.yaml"))


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.parent.name)
def test_shares_and_quantiles_rest_on_parts_whatever_bears_the_name_of_what(file: Path) -> None:
    definition = load(file)
    resting = {name for name in definition.metrics if rests_on_parts(definition, name)}
    assert resting >= {name for name, one in definition.metrics.items() if isinstance(one.value, Share | Quantile)}


def test_a_metric_that_bears_the_name_of_its_measure_rests_on_the_measure() -> None:
    definition = load(ROOT / "deploy/definitions/fresh-food/nsm.yaml")
    assert rests_on_parts(definition, "delivery_minutes_p95")
    assert not rests_on_parts(definition, "customers")
