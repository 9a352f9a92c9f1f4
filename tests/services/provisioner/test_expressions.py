"""The parts that expressions are made of."""

import pytest

from schemas import names
from services.provisioner.expressions import selector


def test_a_label_that_a_series_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no label user_id"):
        selector(names.METRIC_VALUE, user_id="1")
