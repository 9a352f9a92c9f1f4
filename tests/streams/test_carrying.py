"""What a version cannot go on with, of plans alone; the rest is tried over a real Redis."""

import pytest

from schemas.definition.loading import parse
from streams.carrying import CannotBeCarried, carrying
from streams.plan import compile_plan
from tests.services.definition.two_versions import NEW, OLD


def test_what_an_earlier_carrying_has_begun_is_not_read_over_a_lifetime_later() -> None:
    window = "big:        {measure: big, window: [{calendar: day}, {rolling: 7d}]}"
    assert window in NEW
    begun = carrying(compile_plan(parse(OLD)), parse(NEW), 5).new
    assert begun.carried.since_ms("big.day") == 5
    later = parse(NEW.replace(window, "big:        {measure: big, window: [{calendar: day}, lifetime]}"))
    with pytest.raises(CannotBeCarried, match="big over a lifetime"):
        carrying(begun, later, 9)
