"""Every rule, judged by promtool over five weeks: it fires where it should, and is silent beside that."""

from pathlib import Path

import pytest

from services.provisioner.rules.groups import all_rules
from tests.services.provisioner.rules.cases import CASES, Case
from tests.services.provisioner.rules.company import company
from tests.services.provisioner.rules.weeks import DAY, NOW, firing, firing_at, mended


def test_every_alert_is_seen_to_fire_and_to_be_silent() -> None:
    assert sorted(case.alert for case in CASES) == sorted({rule.alert for rule in all_rules(company())})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_it_fires_alone_where_it_should_and_is_over_when_all_is_well_again(tmp_path: Path, case: Case) -> None:
    later = NOW + 2 * DAY
    found = firing_at(tmp_path, case.definition, mended(case.fires, NOW), NOW, later)
    assert found == {NOW: {case.alert, *case.also}, later: set()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_it_is_silent_where_nearly_the_same_is_well(tmp_path: Path, case: Case) -> None:
    assert case.alert not in firing(tmp_path, case.definition, case.silent)
