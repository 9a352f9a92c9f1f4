"""A changed definition takes over under load while its workers are killed in the middle of it."""

import copy

import msgspec

from schemas.definition.loading import load
from streams.plan import compile_plan
from tests.live.road import SHORT, Road, busy, endless, orders
from tests.live.taking_over import DIES, serving
from tests.streams.folding import the_source


def changed(road: Road) -> Road:
    """The same road under another definition."""
    new = copy.copy(road)
    new.file = road.folder / "changed.yaml"
    text = road.file.read_text(encoding="utf-8")
    new.file.write_text(text.replace("within: 30d", "within: 60d"), encoding="utf-8")
    new.plan = compile_plan(load(new.file))
    new.source = the_source(new.plan)
    return new


def test_a_version_takes_over_in_one_step_whenever_its_workers_are_killed_and_both_ends_are_exact(road: Road) -> None:
    road.start()
    road.publish(orders(2_000))
    road.until_read()
    new = changed(road)
    first = serving(road)
    assert (first.served, first.next) == (road.plan.version, "")
    with busy(road, endless(), 300):
        new.start(SHORT + DIES.format(after=False)).ends()
        assert serving(road) == msgspec.structs.replace(first, next=new.plan.version)
        new.start(SHORT + DIES.format(after=True)).ends()
        taken = serving(road)
        assert (taken.served, taken.before, taken.next) == (new.plan.version, road.plan.version, "")
        new.start()
    for one in (road, new):
        one.until_read()
        assert one.differences() == []
    assert serving(road) == taken
