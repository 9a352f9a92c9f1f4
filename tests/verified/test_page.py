"""The page of what was verified is what a fresh run gives, nothing in it differs, and it would say so."""

import pytest

from streams.plan import Plan
from tests.verified.comparing import DATA_SETS, DataSet, verify
from tests.verified.page import PAGE, page, part, parts_of
from tests.verified.road import JOURNEYS, ON_THE_ROAD, begin, road_part
from tests.verified.ways import FoldedLog, Way, fold

COMMITTED = parts_of(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("data", DATA_SETS, ids=lambda data: data.name)
def test_the_page_says_what_a_fresh_run_gives_and_nothing_differs(data: DataSet) -> None:
    if not data.events.exists():
        pytest.skip(f"{data.events.name} is not beside this checkout (../shared/data): not compared")
    found = verify(data)
    assert [row for row in found.rows if row.differences] == []
    plain, *shuffled = (outcomes for _, outcomes in found.outcomes)
    assert all(one["counted"] == plain["counted"] > 2000 for one in shuffled)
    assert all(one["duplicate"] > plain["duplicate"] for one in shuffled)
    assert not any(one["late"] + one["ahead"] + one["refused"] for one in (plain, *shuffled))
    assert COMMITTED[data.name] == part(found)


def test_the_page_has_a_part_for_each_and_is_written_in_order() -> None:
    assert list(COMMITTED) == [*(data.name for data in DATA_SETS), ON_THE_ROAD]
    assert page(COMMITTED) == PAGE.read_text(encoding="utf-8")


def test_the_page_tells_of_every_journey_on_the_real_road_and_nothing_differs() -> None:
    lines = COMMITTED[ON_THE_ROAD].splitlines()
    assert COMMITTED[ON_THE_ROAD] == road_part(lines)
    told = [line for one in JOURNEYS for line in lines if line.startswith(begin(one)) and line.endswith(" | 0 |")]
    assert len(told) == len(JOURNEYS)


def test_an_event_that_is_lost_is_told_as_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_less(plan: Plan, lines: list[bytes], way: Way, last_ms: int) -> FoldedLog:
        return fold(plan, lines[1:], way, last_ms)

    monkeypatch.setattr("tests.verified.comparing.fold", one_less)
    found = verify(next(one for one in DATA_SETS if one.name == "consultancy"))
    assert sum(row.differences for row in found.rows) > 0
    assert ", 0 differences." not in part(found)
